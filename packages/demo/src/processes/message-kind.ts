/** The `kind` of a message of ours; undefined when it is none. Both ends are the demo's own, so the rest is believed. */
export function messageKind(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined
}
