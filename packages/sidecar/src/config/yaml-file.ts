import type { Problem } from '@spillway/call'
import { LineCounter, isCollection, isMap, isNode, isPair, isScalar, isSeq, parseDocument, type Document } from 'yaml'

/** A YAML file as plain values that still know where they stood. */
export interface YamlFile {
  readonly value: unknown
  /** The `file:line` of what stands at a path of keys and indexes; of the nearest parent when it has none of its own. */
  placeOf(path: readonly PropertyKey[]): string
}

/** Reads YAML. `file` is what people call it. Problems of the syntax come with their lines; duplicate keys are problems. */
export function readYaml(file: string, source: string): YamlFile | { readonly problems: readonly Problem[] } {
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const place = (offset: number) => `${file}:${lines.linePos(offset).line}`
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos, code }): Problem => {
      const fix = code === 'DUPLICATE_KEY' ? 'keep one of them' : 'mend the YAML'
      return { severity: 'error', place: place(pos[0]), message: plain(message), fix }
    })
    return { problems }
  }
  return { value: toValue(document), placeOf: (path) => place(offsetOf(document, path)) }
}

function plain(message: string): string {
  return message.replaceAll(/\s+/g, ' ').replace(/[.\s]+$/, '')
}

function toValue(document: Document): unknown {
  return document.toJS({ maxAliasCount: 100 }) as unknown
}

/**
 * Walks down as far as the path goes. A segment that is not there is skipped: short forms leave levels out
 * (`risk: [a:1]` stands for `risk: { endpoints: [a:1] }`).
 */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const segment of path) {
    const pair: unknown = isMap(node) ? node.items.find((item) => isPair(item) && isKey(item.key, segment)) : undefined
    if (isPair(pair) && isNode(pair.key)) {
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof segment === 'number') {
      node = node.items[segment]
      if (isNode(node)) offset = node.range?.[0] ?? offset
    } else if (!isCollection(node)) break
  }
  return offset
}

function isKey(key: unknown, segment: PropertyKey): boolean {
  return isScalar(key) && String(key.value) === String(segment)
}
