/**
 * Policies out of YAML, parsed by whoever read the file:
 *
 *     defaults: { priority: SHEDDABLE, max_timeout: 30s }
 *     methods:
 *       chat.v1.Chat/Generate: { priority: CRITICAL, breaker: { min_calls: 50 } }
 *
 * Keys and values are those of `spillway.v1.ServicePolicy` (defaults) and `spillway.v1.MethodPolicy` (methods).
 */
export interface Overlay {
  /** The plain value: `{ defaults?, methods? }`. Not trusted: it is validated like the options. */
  readonly value: unknown
  /**
   * The `file:line` of what stands at that path of keys and indexes; of the nearest parent when it has none of its own.
   */
  placeOf(path: readonly (string | number)[]): string
}
