import type { Registry } from '@bufbuild/protobuf'
import type { MethodPolicy } from './method-policy.ts'

/** Every rpc that we know, and what is to become of its calls. Immutable: a reload makes a new one. */
export interface Contract {
  /** By path, `/package.Service/Method`, sorted. */
  readonly methods: ReadonlyMap<string, MethodPolicy>
  /** The policy of any path: the defaults for one that is not declared. Never throws, remembers nothing. */
  policyOf(path: string): MethodPolicy
  /** Every message and enum of the files, for who wants to read messages. */
  readonly registry: Registry
  /** Serialised `google.protobuf.FileDescriptorProto`s, dependencies first: what gRPC reflection serves. */
  readonly fileDescriptors: readonly Uint8Array[]
}
