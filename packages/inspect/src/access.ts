import { status, type ServerUnaryCall } from '@grpc/grpc-js'
import { RpcFault } from './rpc-fault.ts'

/** What callers of one server may do: decided by the socket that they came in by, not by anything that they say. */
export type Access =
  | { readonly canWrite: true; readonly socketPath: string }
  /** `socketPath` is where writes are accepted instead; undefined when nowhere. */
  | { readonly canWrite: false; readonly socketPath: string | undefined }

/** Who a caller is, for the audit. */
export function callerOf(access: Access, call: Pick<ServerUnaryCall<object, object>, 'getPeer'>): string {
  return access.canWrite ? `unix:${access.socketPath}` : call.getPeer()
}

/** The fault of a write by somebody without the write role; says where it would be accepted. */
export function writeDenied(access: Access): RpcFault {
  const where = access.socketPath === undefined ? 'this sidecar has none' : `here ${access.socketPath}`
  return new RpcFault(status.PERMISSION_DENIED, `writes are accepted on the unix socket of the sidecar only (${where})`)
}
