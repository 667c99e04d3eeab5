import type { Problem } from '@spillway/call'
import {
  LineCounter,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type Pair,
  type YAMLMap,
} from 'yaml'

/** A YAML file as plain values that still know where they stood. */
export interface YamlFile {
  readonly value: unknown
  /** The `file:line` of what stands at a path of keys and indexes; of the nearest parent when it has none of its own. */
  placeOf(path: readonly PropertyKey[]): string
}

/** How often aliases may be resolved: enough for what people write, and for no file that grows without end. */
const MOST_ALIASES = 100

/** Reads YAML. `file` is what people call it. Problems of the syntax come with their lines; duplicate keys are problems. */
export function readYaml(file: string, source: string): YamlFile | { readonly problems: readonly Problem[] } {
  const lines = new LineCounter()
  // Keys that stand twice are looked for below: the parser compares each one with all others.
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const place = (offset: number) => `${file}:${lines.linePos(offset).line}`
  const problem = (offset: number, message: string, fix: string): Problem => {
    return { severity: 'error', place: place(offset), message, fix }
  }
  const problems = document.errors.map(({ message, pos, code }) => {
    if (code === 'MULTIPLE_DOCS') return problem(pos[0], '--- begins a second document', 'keep one of them')
    return problem(pos[0], plain(message), 'mend the YAML')
  })
  if (problems.length > 0) return { problems }
  for (const { key, offset, first } of repeatedKeys(document)) {
    problems.push(problem(offset, `${key}: is set already at ${place(first)}`, 'keep one of them'))
  }
  if (problems.length > 0) return { problems }
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES })
    const keys = new KeyIndex()
    return { value, placeOf: (path) => place(offsetOf(document, path, keys)) }
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    return { problems: [problem(0, 'aliases (*name) stand for too much', 'write out what they stand for')] }
  }
}

function plain(message: string): string {
  return message.replaceAll(/\s+/g, ' ').replace(/[.\s]+$/, '')
}

interface RepeatedKey {
  readonly key: string
  readonly offset: number
  /** Where it stands first. */
  readonly first: number
}

/** Keys that stand twice in one map. */
function repeatedKeys(document: Document): readonly RepeatedKey[] {
  const repeated: RepeatedKey[] = []
  visit(document, {
    Map: (_, { items }) => {
      const firsts = new Map<string, number>()
      for (const { key: node } of items) {
        if (!isScalar(node)) continue
        const [key, offset] = [String(node.value), node.range?.[0] ?? 0]
        const first = firsts.get(key)
        if (first === undefined) firsts.set(key, offset)
        else repeated.push({ key, offset, first })
      }
    },
  })
  return repeated
}

/** The pairs of maps by their keys, made when somebody asks for one of the map. */
class KeyIndex {
  readonly #pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>()

  pairOf(map: YAMLMap, key: PropertyKey): Pair | undefined {
    const known = this.#pairs.get(map) ?? new Map(map.items.map((pair) => [keyText(pair), pair]))
    this.#pairs.set(map, known)
    return known.get(String(key))
  }
}

function keyText({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : ''
}

/**
 * Walks down as far as the path goes. A segment that is not there is skipped: short forms leave levels out
 * (`risk: [a:1]` stands for `risk: { endpoints: [a:1] }`).
 */
function offsetOf(document: Document, path: readonly PropertyKey[], keys: KeyIndex): number {
  let node: unknown = document.contents
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const segment of path) {
    const pair = isMap(node) ? keys.pairOf(node, segment) : undefined
    if (pair !== undefined && isNode(pair.key)) {
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof segment === 'number') {
      node = node.items[segment]
      if (isNode(node)) offset = node.range?.[0] ?? offset
    } else if (!isCollection(node)) break
  }
  return offset
}
