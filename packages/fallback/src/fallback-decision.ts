import type { FallbackReason } from '@spillway/contract'

/** What becomes of a refused call. */
export type FallbackDecision =
  /** No rule applies: the refusal stands. */
  | { readonly kind: 'none' }
  /** Answer with that message, then OK. */
  | (Degraded & { readonly kind: 'reply'; /** Serialised, without gRPC prefix. */ readonly bytes: Uint8Array })
  /**
   * Send the call to that method instead, as a call of its own: through the gates, so that its breaker, its budget and
   * its outcome are that method's. When it is refused as well, or cannot be sent, ask again for the rules behind this one.
   */
  | (Degraded & { readonly kind: 'method'; /** `/package.Service/Method`. */ readonly path: string })

/** What every degraded answer tells. */
interface Degraded {
  /** Name of the rule. */
  readonly rule: string
  readonly reason: FallbackReason
  /** Value of the header `spillway-fallback`, to be put in front of the answer. */
  readonly mark: string
}
