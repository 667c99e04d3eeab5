import { customInlineOptions, type Span } from './inline-options.ts'
import { readOptionValue } from './option-text.ts'
import { protoTokens } from './proto-tokens.ts'
import type { SettingNode } from './setting-tree.ts'
import { TokenReader } from './token-reader.ts'

/** One `option (name).path = value;`. */
export interface OptionStatement {
  /** As written between the parentheses, without a leading dot. */
  readonly name: string
  /** `priority` of `(spillway.v1.method).priority`; empty for the whole option. */
  readonly path: readonly string[]
  readonly value: SettingNode
  readonly place: string
  /** Full name of the service that it stands in; empty outside of one. */
  readonly service: string
  /** Name of the rpc that it stands in; empty outside of one. */
  readonly rpc: string
}

/** What protobufjs does not tell about a `.proto` file. */
export interface ProtoScan {
  readonly package: string
  /** `proto2` when the file does not say. */
  readonly syntax: string
  readonly imports: readonly { readonly name: string; readonly place: string }[]
  readonly options: readonly OptionStatement[]
  /** Line of each service and rpc, by full name (`bank.v1.Risk`, `bank.v1.Risk/Score`). */
  readonly lines: ReadonlyMap<string, number>
  /**
   * The source with every custom option blanked out, lines kept. protobufjs cannot read all of the text
   * format (arrays of messages), and what it reads it mangles: a key given once or twice has two shapes, a false first
   * value is lost, of a repeated option only the last survives.
   */
  readonly blanked: string
}

/**
 * Reads a `.proto` source as far as {@link ProtoScan} goes; everything else is left to the parser. Throws `TokenError`.
 */
export function scanProto(source: string, file: string): ProtoScan {
  return new Scanner(source, file).scan()
}

interface Scope {
  readonly service: string
  readonly rpc: string
}

class Scanner {
  readonly #file: string
  readonly #source: string
  readonly #reader: TokenReader
  readonly #imports: { name: string; place: string }[] = []
  readonly #options: OptionStatement[] = []
  readonly #lines = new Map<string, number>()
  readonly #blanks: Span[] = []
  readonly #scopes: Scope[] = []
  #package = ''
  #syntax = 'proto2'

  constructor(source: string, file: string) {
    this.#source = source
    this.#file = file
    this.#reader = new TokenReader(protoTokens(source))
  }

  scan(): ProtoScan {
    while (this.#reader.peek().kind !== 'end') this.#statement()
    return {
      package: this.#package,
      syntax: this.#syntax,
      imports: this.#imports,
      options: this.#options,
      lines: this.#lines,
      blanked: this.#blanked(),
    }
  }

  #statement(): void {
    const reader = this.#reader
    const scope = this.#scopes.at(-1) ?? { service: '', rpc: '' }
    if (reader.isNext('option') && reader.isNext('(', 1)) this.#option(scope)
    else if (reader.isNext('service') && scope.service === '') this.#restOfStatement(this.#service())
    else if (reader.isNext('rpc') && scope.service !== '') this.#restOfStatement(this.#rpc(scope))
    else if (this.#scopes.length === 0) this.#fileStatement(scope)
    else this.#restOfStatement(scope)
  }

  #fileStatement(scope: Scope): void {
    const reader = this.#reader
    if (reader.isNext('package')) this.#package = this.#dottedName()
    else if (reader.isNext('import')) this.#import()
    else if ((reader.isNext('syntax') || reader.isNext('edition')) && reader.isNext('=', 1))
      this.#syntax = reader.peek(2).text
    this.#restOfStatement(scope)
  }

  #dottedName(): string {
    let name = ''
    for (let ahead = 1; !this.#reader.isNext(';', ahead); ahead++) {
      const token = this.#reader.peek(ahead)
      if (token.kind === 'end') break
      name += token.text
    }
    return name
  }

  #import(): void {
    const hasModifier = this.#reader.peek(1).kind === 'word'
    const name = this.#reader.peek(hasModifier ? 2 : 1)
    if (name.kind === 'text') this.#imports.push({ name: name.text, place: `${this.#file}:${name.line}` })
  }

  #service(): Scope {
    const name = this.#reader.peek(1)
    const service = this.#package === '' ? name.text : `${this.#package}.${name.text}`
    this.#lines.set(service, name.line)
    return { service, rpc: '' }
  }

  #rpc(scope: Scope): Scope {
    const name = this.#reader.peek(1)
    this.#lines.set(`${scope.service}/${name.text}`, name.line)
    return { service: scope.service, rpc: name.text }
  }

  /** Goes behind the next `;`, `{` or `}`; braces open and close scopes. */
  #restOfStatement(scope: Scope): void {
    for (;;) {
      if (this.#reader.isNext('[')) {
        this.#blanks.push(...customInlineOptions(this.#reader, this.#file))
        continue
      }
      const token = this.#reader.take()
      if (token.kind === 'end') return
      if (token.kind !== 'symbol') continue
      if (token.text === '{') this.#scopes.push(scope)
      if (token.text === '}') this.#scopes.pop()
      if (token.text === ';' || token.text === '{' || token.text === '}') return
    }
  }

  #option(scope: Scope): void {
    const reader = this.#reader
    const { line, start } = reader.take()
    const name = this.#optionName()
    const path: string[] = []
    while (reader.takeIf('.')) path.push(reader.expectKind('word', 'a field name').text)
    reader.expect('=')
    const value = readOptionValue(reader, this.#file)
    const { end } = reader.expect(';')
    this.#blanks.push({ start, end })
    this.#options.push({ name, path, value, place: `${this.#file}:${line}`, ...scope })
  }

  #optionName(): string {
    this.#reader.expect('(')
    let name = ''
    while (!this.#reader.takeIf(')')) {
      if (this.#reader.peek().kind === 'end') throw this.#reader.unexpected("')'")
      name += this.#reader.take().text
    }
    return name.startsWith('.') ? name.slice(1) : name
  }

  #blanked(): string {
    let text = ''
    let position = 0
    for (const { start, end } of this.#blanks) {
      text += this.#source.slice(position, start) + this.#source.slice(start, end).replaceAll(/[^\n]/g, ' ')
      position = end
    }
    return text + this.#source.slice(position)
  }
}
