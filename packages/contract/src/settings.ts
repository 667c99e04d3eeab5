import { ScalarType, type DescEnum, type DescField, type DescMessage } from '@bufbuild/protobuf'
import { nearest } from './nearest.ts'
import type { ProblemList } from './problem-list.ts'
import type { FieldNode, FieldsNode, ScalarNode, SettingNode } from './setting-tree.ts'

/** One value of the right type. */
export interface Setting {
  /** The text, the number in decimal, or the name of the enum value; empty for a message. */
  readonly text: string
  /** What a repeated message sets; empty for anything else. */
  readonly group: Settings
  readonly place: string
}

const NO_SETTINGS: Settings = new Map()

/**
 * What a user set, by the name of the option. Messages that are there once are flattened: `breaker.error_percent`.
 * A repeated option has several settings, any other one.
 */
export type Settings = ReadonlyMap<string, readonly Setting[]>

/**
 * Checks a tree against the message that it is to be and returns what it sets. Reports unknown and repeated keys,
 * values of the wrong type and misspelt enum values, each with the nearest right one; what is wrong is left out.
 */
export function readSettings(node: SettingNode, schema: DescMessage, problems: ProblemList, prefix = ''): Settings {
  if (node.kind !== 'fields') {
    const what = prefix === '' ? `a ${schema.name}` : prefix.slice(0, -1)
    problems.error(node.place, `${what}: ${shown(node)} should be a group of settings`, 'write { … }')
    return new Map()
  }
  return new SettingsReader(schema, problems, prefix).read(node)
}

class SettingsReader {
  readonly #schema: DescMessage
  readonly #problems: ProblemList
  readonly #prefix: string
  readonly #settings = new Map<string, Setting[]>()

  constructor(schema: DescMessage, problems: ProblemList, prefix: string) {
    this.#schema = schema
    this.#problems = problems
    this.#prefix = prefix
  }

  read(node: FieldsNode): Settings {
    const first = new Map<string, string>()
    for (const field of node.fields) {
      const known = this.#schema.fields.find((candidate) => candidate.name === field.key)
      if (known === undefined) this.#unknown(field)
      else if (known.fieldKind !== 'list' && first.has(field.key)) this.#twice(field, first.get(field.key) ?? '')
      else this.#readField(field, known)
      if (!first.has(field.key)) first.set(field.key, field.place)
    }
    return this.#settings
  }

  #readField(field: FieldNode, known: DescField): void {
    const key = this.#prefix + field.key
    if (known.fieldKind === 'message') {
      const nested = readSettings(field.value, known.message, this.#problems, `${key}.`)
      for (const [name, settings] of nested) this.#settings.set(name, [...settings])
      return
    }
    const isMany = known.fieldKind === 'list' && field.value.kind === 'list'
    for (const node of isMany && field.value.kind === 'list' ? field.value.items : [field.value])
      this.#add(key, node, known)
  }

  #add(key: string, node: SettingNode, known: DescField): void {
    const setting = this.#setting(key, node, known)
    if (setting === undefined) return
    const others = this.#settings.get(key)
    if (others) others.push(setting)
    else this.#settings.set(key, [setting])
  }

  #setting(key: string, node: SettingNode, known: DescField): Setting | undefined {
    const { place } = node
    if (known.message) {
      if (node.kind !== 'fields') return this.#wrong(key, node, 'a group of settings', 'write { … }')
      return { text: '', group: readSettings(node, known.message, this.#problems), place }
    }
    if (node.kind === 'fields' || node.kind === 'list')
      return this.#wrong(key, node, 'one value', 'write a single value')
    const text = this.#scalar(key, node, known)
    return text === undefined ? undefined : { text, group: NO_SETTINGS, place }
  }

  #scalar(key: string, node: ScalarNode, { enum: enumeration, scalar }: DescField): string | undefined {
    if (enumeration) return this.#enumValue(key, node, enumeration)
    if (scalar !== ScalarType.STRING) return this.#number(key, node, scalar === ScalarType.UINT32)
    return node.kind === 'text' ? node.text : this.#wrong(key, node, 'a text', asText(key, node))
  }

  #number(key: string, node: ScalarNode, isWhole: boolean): string | undefined {
    const number = node.kind === 'number' ? Number(node.text) : Number.NaN
    if (Number.isFinite(number) && (!isWhole || Number.isInteger(number))) return String(number)
    return this.#wrong(key, node, isWhole ? 'a whole number' : 'a number', asNumber(node, isWhole))
  }

  #enumValue(key: string, node: ScalarNode, enumeration: DescEnum): string | undefined {
    const allowed = enumeration.values.filter((value) => value.number !== 0).map((value) => value.name)
    if (node.kind !== 'number' && allowed.includes(node.text)) return node.text
    const what = enumeration.name.replaceAll(/\B[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()
    const fix = nearest(node.text, allowed)
    this.#problems.error(
      node.place,
      `${key}: ${node.text} is no ${what} (allowed: ${allowed.join(', ')})`,
      fix === undefined ? 'write one of them' : `write ${fix}`,
    )
    return undefined
  }

  #unknown(field: FieldNode): void {
    const names = this.#schema.fields.map((known) => known.name)
    const fix = nearest(field.key, names)
    this.#problems.error(
      field.place,
      `${this.#prefix}${field.key}: there is no such key (allowed: ${names.join(', ')})`,
      fix === undefined ? 'remove it' : `write ${fix}`,
    )
  }

  #twice(field: FieldNode, firstPlace: string): void {
    this.#problems.error(
      field.place,
      `${this.#prefix}${field.key}: is set already at ${firstPlace}`,
      'keep one of them',
    )
  }

  #wrong(key: string, node: SettingNode, wanted: string, fix: string): undefined {
    this.#problems.error(node.place, `${key}: ${shown(node)} should be ${wanted}`, fix)
    return undefined
  }
}

const DURATION = /(^|\.)(timeout|max_timeout|window|open|max_open|max_wait)$/

/** How to write as a text what is none; a number alone is not yet a duration. */
function asText(key: string, { kind, text }: ScalarNode): string {
  if (!DURATION.test(key)) return `write "${text}"`
  return kind === 'number' ? `write "${text}ms" or "${text}s"` : 'write a duration like "250ms"'
}

function asNumber({ kind, text }: ScalarNode, isWhole: boolean): string {
  if (kind !== 'number') return 'write a number without quotes'
  const below = Math.floor(Number(text))
  return isWhole && Number.isFinite(below) ? `write ${below} or ${below + 1}` : 'write a number'
}

function shown(node: SettingNode): string {
  if (node.kind === 'fields') return '{ … }'
  if (node.kind === 'list') return '[ … ]'
  return node.kind === 'text' ? JSON.stringify(node.text) : node.text
}
