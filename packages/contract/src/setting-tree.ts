/**
 * What a user wrote as a policy, before anybody looked at what it means: the common form of option aggregates in
 * `.proto` files and of YAML. Every part knows its place, `file:line`.
 */
export type SettingNode = ScalarNode | ListNode | FieldsNode

/** One value. `text` was quoted (or is a YAML string), `word` was not: `CRITICAL`, `true`. */
export interface ScalarNode {
  readonly kind: 'text' | 'word' | 'number'
  readonly text: string
  readonly place: string
}

/** `[a, b]`. */
export interface ListNode {
  readonly kind: 'list'
  readonly items: readonly SettingNode[]
  readonly place: string
}

/** `{ key: value … }`; a key may be there more than once. */
export interface FieldsNode {
  readonly kind: 'fields'
  readonly fields: readonly FieldNode[]
  readonly place: string
}

/** One `key: value`. */
export interface FieldNode {
  readonly key: string
  readonly value: SettingNode
  readonly place: string
}
