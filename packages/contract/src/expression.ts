import type { Message } from '@bufbuild/protobuf'
import type { Metadata, Peer } from '@spillway/call'

/**
 * A decoded request message. Opaque outside this package: take it from `MethodPolicy.decodeRequest`, hand it to
 * expressions.
 */
export type RequestMessage = Message

/** What an expression may look at. */
export interface ExpressionVariables {
  /** The first request message; undefined when it is not at hand, and then every expression that reads it fails. */
  readonly request: RequestMessage | undefined
  /** `metadata['x-account']`: lower-case names; a name that the call does not carry reads as the empty string. */
  readonly metadata: Metadata
  /** `peer.kind` and `peer.id`. */
  readonly peer: Peer
  /** `class`: lower-case name of the class; empty where it is not decided yet. */
  readonly className: string
  /** `reason`: why a fallback is asked for; empty elsewhere. */
  readonly reason: string
}

/** The value of an expression, or why there is none. */
export type Evaluation<T> = { readonly ok: T } | { readonly failed: string }

/**
 * A compiled CEL expression whose type was proved at start. A reply expression yields the serialised message.
 * Pure and synchronous; its length and the nesting of its loops are bounded.
 */
export interface Expression<T> {
  /** The text as the user wrote it. */
  readonly source: string
  /** It looks at the request message, so that the message must be decoded first. */
  readonly readsRequest: boolean
  /** It looks at the call's metadata. */
  readonly readsMetadata: boolean
  /** Never throws. */
  evaluate(variables: ExpressionVariables): Evaluation<T>
}
