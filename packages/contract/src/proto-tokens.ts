/** One token of a `.proto` file. `text` is what it says: for strings the value, escapes resolved. */
export interface ProtoToken {
  readonly kind: 'word' | 'number' | 'text' | 'symbol' | 'end'
  readonly text: string
  /** Counted from 1. */
  readonly line: number
  /** Offsets into the source: the first character, and the first one behind. */
  readonly start: number
  readonly end: number
}

/** A `.proto` file that breaks off inside a token, or holds a character that has no place there. */
export class TokenError extends Error {
  readonly line: number

  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}

const SKIPPED = /(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/)+/y
const TOKEN = /([A-Za-z_]\w*)|(\.?\d(?:[eE][+-]|[\w.])*)|"((?:[^"\\\n]|\\[^])*)"|'((?:[^'\\\n]|\\[^])*)'|([^\s"'])/y

/** Splits a `.proto` source into tokens, without its comments; the last one is `end`. Throws {@link TokenError}. */
export function protoTokens(source: string): ProtoToken[] {
  const tokens: ProtoToken[] = []
  let line = 1
  let position = 0
  for (;;) {
    SKIPPED.lastIndex = position
    const skipped = SKIPPED.exec(source)?.[0] ?? ''
    line += newlines(skipped)
    position += skipped.length
    if (position >= source.length) break
    TOKEN.lastIndex = position
    const match = TOKEN.exec(source)
    if (!match) throw new TokenError('the text is not closed on its line', line)
    if (source.startsWith('/*', position)) throw new TokenError('the comment is not closed', line)
    const end = position + match[0].length
    tokens.push({ ...describe(match), line, start: position, end })
    line += newlines(match[0])
    position = end
  }
  tokens.push({ kind: 'end', text: 'end of file', line, start: position, end: position })
  return tokens
}

function describe(match: RegExpExecArray): Pick<ProtoToken, 'kind' | 'text'> {
  const [, word, number, double, single, symbol] = match
  if (word !== undefined) return { kind: 'word', text: word }
  if (number !== undefined) return { kind: 'number', text: number }
  if (symbol !== undefined) return { kind: 'symbol', text: symbol }
  return { kind: 'text', text: unescape(double ?? single ?? '') }
}

const SIMPLE: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** Resolves the escapes of the protobuf language; `\x` and octal ones give the character of that code. */
function unescape(text: string): string {
  return text.replaceAll(
    /\\(?:[xX]([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{4})|([^]))/g,
    (_, hex?: string, octal?: string, unicode?: string, other = '') => {
      const digits = hex ?? unicode
      if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits, 16))
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      return SIMPLE[other] ?? other
    },
  )
}

function newlines(text: string): number {
  let count = 0
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) count++
  return count
}
