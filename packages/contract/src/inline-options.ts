import { readOptionValue } from './option-text.ts'
import type { TokenReader } from './token-reader.ts'

/** A piece of a source: offsets of its first character and of the first one behind it. */
export interface Span {
  readonly start: number
  readonly end: number
}

interface Item extends Span {
  readonly isCustom: boolean
  /** The comma in front of it. */
  readonly comma: Span | undefined
}

/**
 * Reads `[deprecated = true, (validate.rules).string = { … }]`, the options of a field, from its bracket on. Returns
 * what is to be blanked out so that only the standard options remain. Throws `TokenError`.
 */
export function customInlineOptions(reader: TokenReader, file: string): Span[] {
  const open = reader.expect('[')
  const items: Item[] = []
  while (!reader.isNext(']')) {
    const comma = items.length > 0 ? reader.expect(',') : undefined
    items.push(readItem(reader, file, comma))
  }
  const close = reader.take()
  const firstKept = items.findIndex((item) => !item.isCustom)
  const blanks: Span[] = items.filter((item) => item.isCustom)
  for (const [index, { comma, isCustom }] of items.entries())
    if (comma !== undefined && (isCustom || index === firstKept)) blanks.push(comma)
  if (firstKept < 0) blanks.push(open, close)
  return blanks.sort((left, right) => left.start - right.start)
}

function readItem(reader: TokenReader, file: string, comma: Span | undefined): Item {
  const { start } = reader.peek()
  const isCustom = reader.isNext('(')
  while (!reader.isNext('=')) {
    if (reader.peek().kind === 'end') throw reader.unexpected("'='")
    reader.take()
  }
  reader.take()
  readOptionValue(reader, file)
  return { start, end: reader.previousEnd, isCustom, comma }
}
