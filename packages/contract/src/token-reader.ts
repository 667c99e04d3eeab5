import { TokenError, type ProtoToken } from './proto-tokens.ts'

/** A cursor over tokens. */
export class TokenReader {
  readonly #tokens: readonly ProtoToken[]
  readonly #end: ProtoToken
  #next = 0

  /** The last token must be `end`. */
  constructor(tokens: readonly ProtoToken[]) {
    const end = tokens.at(-1)
    if (end?.kind !== 'end') throw new RangeError('tokens must finish with an end')
    this.#tokens = tokens
    this.#end = end
  }

  /** The next token, or the one `ahead` of it; the end for ever after the last. */
  peek(ahead = 0): ProtoToken {
    return this.#tokens[this.#next + ahead] ?? this.#end
  }

  take(): ProtoToken {
    const token = this.peek()
    this.#next++
    return token
  }

  /** Offset behind the last token that was taken. */
  get previousEnd(): number {
    return this.#tokens[this.#next - 1]?.end ?? 0
  }

  /** Takes the next token when it is that symbol or word. */
  takeIf(text: string): boolean {
    if (!this.isNext(text)) return false
    this.#next++
    return true
  }

  isNext(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.text === text && (token.kind === 'symbol' || token.kind === 'word')
  }

  /** Takes that symbol or throws a {@link TokenError}. */
  expect(text: string): ProtoToken {
    if (!this.isNext(text)) throw this.unexpected(`'${text}'`)
    return this.take()
  }

  /** Takes a token of that kind or throws a {@link TokenError}. */
  expectKind(kind: ProtoToken['kind'], what: string): ProtoToken {
    if (this.peek().kind !== kind) throw this.unexpected(what)
    return this.take()
  }

  /** Says that something else than the next token should stand there. */
  unexpected(wanted: string): TokenError {
    const token = this.peek()
    return new TokenError(
      `${token.kind === 'end' ? token.text : `'${token.text}'`} where ${wanted} should be`,
      token.line,
    )
  }
}
