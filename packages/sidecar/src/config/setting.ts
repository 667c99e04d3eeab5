import { z } from 'zod'

/** What a reader makes of a value: the value as the program wants it, or what is wrong with it. */
export type Reading<T> = { readonly ok: T } | { readonly message: string; readonly fix: string }

/** One kind of value: a port, a duration, an address. */
export interface Kind<T> {
  /** For the table: `duration`. */
  readonly name: string
  /** Takes what YAML, an environment variable or a flag gave: the latter two give text only. */
  read(value: unknown): Reading<T>
}

/** What the table of settings says of one of them. */
export interface SettingFacts {
  readonly about: string
  readonly kind: string
  /** As it would be written; empty for none. */
  readonly fallback: string
  /** Never show its value, wherever it comes from. */
  readonly isSecret: boolean
}

interface SettingOptions<T> {
  /** As it would be written in YAML. Left out: the value is undefined when nobody gives one. */
  readonly fallback?: T
  readonly isSecret?: boolean
}

/** The settings' facts by schema: what the table is generated from. */
export const settingFacts = z.registry<SettingFacts>()

/** A setting that has a default, written as a user would write it. */
export function setting<T>(kind: Kind<T>, fallback: string | number | boolean | readonly string[], about: string) {
  const read = kind.read(fallback)
  if (!('ok' in read)) throw new Error(`the default of "${about}": ${read.message}`)
  return declare<T, T>(kind, read.ok, { about, kind: kind.name, fallback: String(fallback), isSecret: false })
}

/** A setting that may be left out. */
export function optional<T>(kind: Kind<T>, about: string, options: Pick<SettingOptions<T>, 'isSecret'> = {}) {
  const facts = { about, kind: kind.name, fallback: '', isSecret: options.isSecret ?? false }
  return declare<T, undefined>(kind, undefined, facts)
}

/** A setting that must be given. */
export function required<T>(kind: Kind<T>, about: string) {
  const schema = z.unknown().transform((value, context): T => {
    const read = value === undefined ? { message: 'is missing', fix: `add it (${kind.name})` } : kind.read(value)
    return accept(read, context)
  })
  settingFacts.add(schema, { about, kind: kind.name, fallback: '', isSecret: false })
  return schema
}

function declare<T, F>(kind: Kind<T>, fallback: F, facts: SettingFacts) {
  const schema = z
    .unknown()
    .optional()
    .transform((value, context): T | F => {
      if (value === undefined || value === null) return fallback
      const read = kind.read(value)
      return accept('ok' in read || !facts.isSecret ? read : { ...read, message: `is no ${kind.name}` }, context)
    })
  settingFacts.add(schema, facts)
  return schema
}

function accept<T>(read: Reading<T>, context: z.RefinementCtx): T {
  if ('ok' in read) return read.ok
  context.addIssue({ code: 'custom', message: read.message, params: { fix: read.fix } })
  return z.NEVER
}
