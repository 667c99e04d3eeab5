import type { Overlay } from './overlay.ts'
import type { ProblemList } from './problem-list.ts'
import type { FieldNode, SettingNode } from './setting-tree.ts'

/** The policies of an overlay as trees. */
export interface OverlayTrees {
  readonly defaults: SettingNode | undefined
  /** By what the user wrote as the method, `package.Service/Method`; a leading slash is dropped. */
  readonly methods: readonly FieldNode[]
}

/** Takes an overlay apart. Reports what is no policy at all. */
export function overlayTrees(overlay: Overlay | undefined, problems: ProblemList): OverlayTrees {
  const none: OverlayTrees = { defaults: undefined, methods: [] }
  if (overlay === undefined || overlay.value === undefined || overlay.value === null) return none
  const top = treeOf(overlay.value, [], overlay)
  if (top.kind !== 'fields') {
    problems.error(top.place, 'the policies should be a map', 'write defaults: and methods:')
    return none
  }
  let { defaults, methods } = none
  for (const { key, value, place } of top.fields) {
    if (key === 'defaults') defaults = value
    else if (key === 'methods' && value.kind === 'fields') ({ fields: methods } = value)
    else if (key === 'methods')
      problems.error(place, 'methods: should be a map of methods', 'write package.Service/Method: { … }')
    else problems.error(place, `${key}: there is no such key (allowed: defaults, methods)`, 'remove it')
  }
  return { defaults, methods }
}

/** YAML has booleans and nulls that no option takes: they become words, and whoever checks the types complains. */
function treeOf(value: unknown, path: readonly (string | number)[], overlay: Overlay): SettingNode {
  const place = overlay.placeOf(path)
  if (Array.isArray(value))
    return { kind: 'list', items: value.map((item: unknown, index) => treeOf(item, [...path, index], overlay)), place }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, inner]: [string, unknown]) => {
      const node = treeOf(inner, [...path, key], overlay)
      return { key, value: withTextCosts(key, node), place: overlay.placeOf([...path, key]) }
    })
    return { kind: 'fields', fields, place }
  }
  if (typeof value === 'string') return { kind: 'text', text: value, place }
  if (typeof value === 'number') return { kind: 'number', text: String(value), place }
  return { kind: 'word', text: String(value), place }
}

/** `cost` and `seats` are texts because they may be CEL; in YAML a plain number needs no quotes. */
function withTextCosts(key: string, node: SettingNode): SettingNode {
  const isCost = key === 'cost' || key === 'seats'
  return isCost && node.kind === 'number' ? { ...node, kind: 'text' } : node
}
