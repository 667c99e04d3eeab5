import { z } from 'zod'
import { schema, type SidecarConfig } from './schema.ts'
import { camelKey } from './section.ts'
import { settingFacts, type SettingFacts } from './setting.ts'

/** One setting and its three names. */
export interface SettingRow extends SettingFacts {
  /** `admission.max_wait.critical`; `<name>` stands for names that the user chooses. */
  readonly key: string
  readonly path: readonly string[]
  /** `SPILLWAY_ADMISSION_MAX_WAIT_CRITICAL`; empty when only YAML can say it. */
  readonly variable: string
  /** `--admission-max-wait-critical`; empty when only YAML can say it. */
  readonly flag: string
}

/** Every setting, in the order of the schema. */
export const settingRows: readonly SettingRow[] = rowsOf(schema, [])

/** Whether a secret stands in the configuration itself, and not in a file that it names. */
export function holdsSecret(config: SidecarConfig): boolean {
  return settingRows.some(({ isSecret, path }) => isSecret && isSet(config, path))
}

function isSet(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return value !== undefined
  if (typeof value !== 'object' || value === null) return false
  if (key.startsWith('<')) return Object.values(value).some((inner) => isSet(inner, rest))
  return isSet(Reflect.get(value, camelKey(key)), rest)
}

/** Names of the keys that may stand at a path, for whoever wrote another one. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let current: z.core.$ZodType = schema
  for (const segment of path) {
    const inner = bare(current)
    if (inner instanceof z.ZodObject) current = inner.shape[String(segment)] ?? inner
    else if (inner instanceof z.ZodRecord) current = inner.valueType
    else if (inner instanceof z.ZodArray) current = inner.element
  }
  const found = bare(current)
  return found instanceof z.ZodObject ? Object.keys(found.shape) : []
}

/** The setting table as Markdown: key, flag, variable, default, meaning. */
export function settingTable(): string {
  const rows = settingRows.map(
    ({ key, flag, variable, kind, fallback, about }) =>
      `| \`${key}\` | ${code(flag)} | ${code(variable)} | ${kind} | ${code(fallback)} | ${about} |`,
  )
  return ['| key | flag | variable | kind | default | meaning |', '|---|---|---|---|---|---|', ...rows, ''].join('\n')
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``
}

function rowsOf(type: z.core.$ZodType, path: readonly string[]): SettingRow[] {
  const facts = settingFacts.get(type)
  if (facts) return [row(path, facts)]
  const inner = bare(type)
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, value]: [string, z.core.$ZodType]) =>
      rowsOf(value, [...path, key]),
    )
  }
  if (inner instanceof z.ZodRecord) return rowsOf(inner.valueType, [...path, '<name>'])
  if (inner instanceof z.ZodArray) return rowsOf(inner.element, [...path, '<n>'])
  return []
}

function row(path: readonly string[], facts: SettingFacts): SettingRow {
  const isYamlOnly = path.some((segment) => segment.startsWith('<'))
  const words = path.join('-').replaceAll('_', '-')
  return {
    ...facts,
    key: path.join('.'),
    path,
    variable: isYamlOnly ? '' : `SPILLWAY_${words.replaceAll('-', '_').toUpperCase()}`,
    flag: isYamlOnly ? '' : `--${words}`,
  }
}

/** What a schema checks, without the steps around it that fill in and rename. */
function bare(type: z.core.$ZodType): z.core.$ZodType {
  if (type instanceof z.ZodPipe) return bare(type.in instanceof z.ZodTransform ? type.out : type.in)
  if (type instanceof z.ZodPrefault || type instanceof z.ZodOptional) return bare(type.unwrap())
  return type
}
