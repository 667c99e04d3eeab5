import { MetadataName, Status, className, type Call, type Metadata, type Refusal } from '@spillway/call'
import type { MethodPolicy, RequestMessage } from '@spillway/contract'
import type { Fallbacks } from '@spillway/fallback'
import { field, type Field } from '@spillway/http2'
import type { Answer } from '@spillway/relay'

/** What a rule makes of a refusal: an answer, or the same call to a cheaper method. Both are marked. */
export type Degraded =
  | { readonly kind: 'reply'; readonly rule: string; readonly answer: Answer }
  | { readonly kind: 'method'; readonly rule: string; readonly path: string; readonly marks: readonly Field[] }

/** What rules are asked about: a call as it came, and what its method makes of such calls. */
export interface Degradable {
  readonly call: Call
  readonly policy: MethodPolicy
  /** The decoded first message, when the policy reads it and it could be read. */
  readonly request: RequestMessage | undefined
  readonly metadata: Metadata
}

/** The first rule of the method that answers this refusal, of those behind the rule `behind`; undefined when none does. */
export function degrade(
  fallbacks: Fallbacks,
  refusal: Refusal,
  { call: { peer, rank }, policy, request, metadata }: Degradable,
  behind: string | undefined,
): Degraded | undefined {
  if (policy.fallbacks.length === 0) return undefined
  const variables = { request, metadata, peer, className: className(rank) }
  const decision = fallbacks.decide(refusal, policy, variables, behind)
  if (decision.kind === 'none') return undefined
  const { rule, mark } = decision
  const marks = [field(MetadataName.fallback, mark)]
  if (decision.kind === 'method') return { kind: 'method', rule, path: decision.path, marks }
  const answer = { status: Status.OK, message: '', reply: decision.bytes, headers: marks, trailers: [] }
  return { kind: 'reply', rule, answer }
}
