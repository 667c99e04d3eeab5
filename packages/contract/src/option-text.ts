import type { FieldNode, FieldsNode, ListNode, ScalarNode, SettingNode } from './setting-tree.ts'
import type { TokenReader } from './token-reader.ts'

/**
 * Reads the value of an option, in the protobuf text format: a scalar or `{ … }`. Takes everything that protoc takes,
 * arrays of messages and `[extension]` keys included. Leaves the reader behind the value. Throws `TokenError`.
 */
export function readOptionValue(reader: TokenReader, file: string): SettingNode {
  const next = reader.peek()
  if (reader.isNext('{') || reader.isNext('<')) return readFields(reader, file)
  if (reader.isNext('[')) return readList(reader, file)
  if (next.kind === 'text') return readText(reader, file)
  return readBare(reader, file)
}

function readFields(reader: TokenReader, file: string): FieldsNode {
  const open = reader.take()
  const close = open.text === '{' ? '}' : '>'
  const fields: FieldNode[] = []
  while (!reader.takeIf(close)) {
    fields.push(readField(reader, file))
    if (!reader.takeIf(',')) reader.takeIf(';')
  }
  return { kind: 'fields', fields, place: `${file}:${open.line}` }
}

function readField(reader: TokenReader, file: string): FieldNode {
  const { line } = reader.peek()
  const key = readKey(reader)
  if (!reader.takeIf(':') && !reader.isNext('{') && !reader.isNext('<')) throw reader.unexpected("':'")
  return { key, value: readOptionValue(reader, file), place: `${file}:${line}` }
}

function readKey(reader: TokenReader): string {
  if (!reader.takeIf('[')) return reader.expectKind('word', 'a key').text
  let key = ''
  while (!reader.isNext(']')) {
    if (reader.peek().kind === 'end') throw reader.unexpected("']'")
    key += reader.take().text
  }
  reader.take()
  return `[${key}]`
}

function readList(reader: TokenReader, file: string): ListNode {
  const open = reader.take()
  const items: SettingNode[] = []
  while (!reader.takeIf(']')) {
    items.push(readOptionValue(reader, file))
    if (!reader.isNext(']')) reader.expect(',')
  }
  return { kind: 'list', items, place: `${file}:${open.line}` }
}

/** Texts that follow each other are one. */
function readText(reader: TokenReader, file: string): ScalarNode {
  const first = reader.take()
  let { text } = first
  while (reader.peek().kind === 'text') text += reader.take().text
  return { kind: 'text', text, place: `${file}:${first.line}` }
}

function readBare(reader: TokenReader, file: string): ScalarNode {
  const { line } = reader.peek()
  const sign = reader.takeIf('-') ? '-' : ''
  const token = reader.peek()
  if (token.kind !== 'word' && token.kind !== 'number') throw reader.unexpected('a value')
  reader.take()
  const isNumber = token.kind === 'number' || sign !== ''
  return { kind: isNumber ? 'number' : 'word', text: sign + token.text, place: `${file}:${line}` }
}
