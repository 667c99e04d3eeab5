import { PriorityClass, parseClassName } from '@spillway/call'
import { parseDurationMs } from '@spillway/contract/duration'
import { nearest } from '@spillway/contract/nearest'
import type { Kind, Reading } from './setting.ts'
import { shown } from './shown.ts'

/** Any text that is not empty. */
export const text: Kind<string> = {
  name: 'text',
  read: (value) => {
    if (typeof value === 'string' && value.trim() !== '') return { ok: value }
    return wrong(value, 'no text', 'write a text')
  },
}

/** A name that can stand in metrics and metadata. */
export const name: Kind<string> = {
  name: 'name',
  read: (value) => {
    if (typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(value)) return { ok: value }
    return wrong(value, 'no name (letters, digits, ., _ and -, at most 63)', 'write a name such as payments')
  },
}

/** A name that can stand in a NATS subject. */
export const token: Kind<string> = {
  name: 'token',
  read: (value) => {
    if (typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value)) return { ok: value }
    return wrong(value, 'no token (letters, digits, _ and -, at most 64)', 'write a token such as eu-west')
  },
}

/** Where a NATS server is; credentials stand elsewhere. */
export const natsServer: Kind<string> = {
  name: 'nats://host:port',
  read: (value) => {
    const host = typeof value === 'string' ? /^(?:nats|tls):\/\/(?!unix:)(.+)$/.exec(value)?.[1] : undefined
    if (typeof value === 'string' && host !== undefined && isAddress(host)) return { ok: value }
    return wrong(value, 'no server (allowed: nats://host:port, tls://host:port)', 'write nats://host:port')
  },
}

/** A whole number from `least` to `most`. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `${least} to ${most}`
  return {
    name: `whole number, ${range}`,
    read: (value) => {
      const number = toNumber(value)
      if (Number.isInteger(number) && number >= least && number <= most) return { ok: number }
      return wrong(value, `no whole number (allowed: ${range})`, `write a whole number, ${range}`)
    },
  }
}

/** A number from `least` to `most`, fractions allowed. */
export function number(least: number, most = Number.POSITIVE_INFINITY): Kind<number> {
  const range = most === Number.POSITIVE_INFINITY ? `from ${least} up` : `${least} to ${most}`
  return {
    name: `number, ${range}`,
    read: (value) => {
      const number = toNumber(value)
      if (Number.isFinite(number) && number >= least && number <= most) return { ok: number }
      return wrong(value, `no number in range (allowed: ${range})`, `write a number, ${range}`)
    },
  }
}

/** A flow as people write it: a number a second, or with the time it is for: `60000/m`. In units a second. */
export const rate: Kind<number> = {
  name: 'rate, such as 100 or 6000/m',
  read: (value) => {
    const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)\/([smh])$/.exec(value) : null
    if (match) return { ok: Number(match[1]) / (SECONDS[match[2] ?? ''] ?? 1) }
    const number = toNumber(value)
    if (Number.isFinite(number) && number >= 0) return { ok: number }
    return wrong(value, 'no rate (a number a second, or one with /s, /m or /h)', 'write a rate such as 100 or 6000/m')
  },
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 }

/** A TCP port; 0 for any free one. */
export const port: Kind<number> = { ...whole(0, 65_535), name: 'port' }

/** Where something is called: `host:port` or `unix:/path`. */
export const address: Kind<string> = {
  name: 'address',
  read: (value) => {
    if (typeof value === 'string' && isAddress(value)) {
      if (!/:0+$/.test(value) || value.startsWith('unix:')) return { ok: value }
      return wrong(
        value,
        'called nowhere: port 0 is only for listening (allowed: 1 to 65535)',
        'name the port of whoever listens',
      )
    }
    return wrong(value, 'no address (allowed: host:port, unix:/path)', 'write host:port or unix:/path')
  },
}

/** A duration as people write it, in milliseconds. */
export const duration: Kind<number> = {
  name: 'duration',
  read: (value) => {
    const ms = typeof value === 'string' ? parseDurationMs(value) : undefined
    if (ms !== undefined) return { ok: ms }
    const fix =
      typeof toNumber(value) === 'number' && !Number.isNaN(toNumber(value))
        ? `write ${shown(value)}ms or ${shown(value)}s`
        : 'write a duration such as 250ms'
    return wrong(value, 'no duration (a number and one of us, ms, s, m, h)', fix)
  },
}

/** A size in octets: `65536`, `64KiB`, `16MiB`. */
export const size: Kind<number> = {
  name: 'size',
  read: (value) => {
    const match = /^(\d{1,12})(KiB|MiB|GiB)?$/.exec(String(value))
    if (match) return { ok: Number(match[1]) * (UNIT_BYTES[match[2] ?? ''] ?? 1) }
    return wrong(value, 'no size (a whole number, with KiB, MiB or GiB if need be)', 'write a size such as 16MiB')
  },
}

const UNIT_BYTES: Readonly<Record<string, number>> = { KiB: 1_024, MiB: 1_024 ** 2, GiB: 1_024 ** 3 }

/** Yes or no. */
export const truth: Kind<boolean> = {
  name: 'true or false',
  read: (value) => {
    if (value === true || value === 'true') return { ok: true }
    if (value === false || value === 'false') return { ok: false }
    return wrong(value, 'neither true nor false', 'write true or false')
  },
}

/** One of a few words. */
export function choice<const T extends string>(what: string, allowed: readonly T[]): Kind<T> {
  return {
    name: allowed.join(', '),
    read: (value) => {
      const known = allowed.find((word) => word === value)
      if (known !== undefined) return { ok: known }
      const meant = typeof value === 'string' ? nearest(value, allowed) : undefined
      const fix = meant === undefined ? 'write one of them' : `write ${meant}`
      return wrong(value, `no ${what} (allowed: ${allowed.join(', ')})`, fix)
    },
  }
}

const CLASS_WORDS = ['critical', 'standard', 'sheddable', 'batch'] as const

/** A priority class, in any case. */
export const priorityClass: Kind<PriorityClass> = {
  name: CLASS_WORDS.join(', '),
  read: (value) => {
    const read = choice('priority class', CLASS_WORDS).read(typeof value === 'string' ? value.toLowerCase() : value)
    return 'ok' in read ? { ok: parseClassName(read.ok) ?? PriorityClass.standard } : read
  },
}

/** A list; in an environment variable or a flag separated by commas. One value alone is a list of one. */
export function listOf<T>(kind: Kind<T>): Kind<readonly T[]> {
  return {
    name: `list of ${kind.name}`,
    read: (value) => {
      const items: unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value]
      const values: T[] = []
      for (const item of items) {
        const read = kind.read(typeof item === 'string' ? item.trim() : item)
        if (!('ok' in read)) return read
        values.push(read.ok)
      }
      return { ok: values }
    },
  }
}

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN
}

function isAddress(value: string): boolean {
  if (value.startsWith('unix:')) return value.length > 'unix:'.length
  const match = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(value)
  return match !== null && Number(match[2]) <= 65_535
}

function wrong<T>(value: unknown, what: string, fix: string): Reading<T> {
  return { message: `${shown(value)} is ${what}`, fix }
}
