import type { Refusal } from '@spillway/call'
import type { Classified } from '@spillway/classifier'
import type { Field } from '@spillway/http2'
import type { Answer, Exchange } from '@spillway/relay'

/** What a rule makes of a refusal: an answer, or the same call to a cheaper method. Both are marked. */
export type Degraded =
  | { readonly kind: 'reply'; readonly rule: string; readonly answer: Answer }
  | { readonly kind: 'method'; readonly rule: string; readonly path: string; readonly marks: readonly Field[] }

/** The first rule of the method that answers this refusal; undefined when none does. */
export function degrade(_refusal: Refusal, _classified: Classified, _exchange: Exchange): Degraded | undefined {
  return undefined
}
