import { constants } from 'node:os'

/** Where a command writes, and what it may assume of whoever reads. */
export interface Terminal {
  /** Results. */
  out(text: string): void
  /** Progress and what went wrong. */
  err(text: string): void
  /** Results go to a screen that can be redrawn. */
  readonly isTty: boolean
  /** Colours are welcome. */
  readonly hasColours: boolean
  /** Of the screen as it is now. */
  readonly columns: number
  readonly rows: number
}

/** What a process is said to end with that writes where nobody reads (SIGPIPE). */
const NOBODY_READS = 128 + constants.signals.SIGPIPE

/**
 * The terminal of this process. When nobody reads results any more (`spillway tap | head`) the command ends; a log or progress
 * that nobody reads stops nothing.
 */
export function processTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const endWhenUnread = (error: Error | null | undefined): void => {
    if (error) process.exit(NOBODY_READS)
  }
  return {
    out: (text) => void process.stdout.write(text, endWhenUnread),
    err: (text) => void process.stderr.write(text),
    ...screenOf(process.stdout.isTTY, env),
    get columns() {
      return process.stdout.columns || 120
    },
    get rows() {
      return process.stdout.rows || 40
    },
  }
}

/** What a screen can do, and is to do: NO_COLOR (https://no-color.org) is about colours alone. */
export function screenOf(
  isScreen: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Pick<Terminal, 'isTty' | 'hasColours'> {
  const isTty = isScreen && env['TERM'] !== 'dumb'
  return { isTty, hasColours: isTty && (env['NO_COLOR'] ?? '') === '' }
}

const ESCAPE = '\u001b['
const PLAIN = `${ESCAPE}0m`
const CODES = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const

/** A colour or weight of text. */
export type Style = keyof typeof CODES

/** The text in that style on a screen, plain elsewhere. */
export function styled(terminal: Pick<Terminal, 'hasColours'>, style: Style, text: string): string {
  return terminal.hasColours ? `${ESCAPE}${CODES[style]}m${text}${PLAIN}` : text
}

/** Text that takes the place of what is on the screen: as wide and as high as that, for wrapped lines are no table. */
export function redrawn({ columns, rows }: Pick<Terminal, 'columns' | 'rows'>, text: string): string {
  const lines = text.trimEnd().split('\n')
  const room = rows - 1 // the cursor stands below
  const kept = lines.length <= room ? lines : lines.slice(0, room - 1).concat(`… ${lines.length - room + 1} more`)
  return `${ESCAPE}H${ESCAPE}2J${kept.map((line) => cut(line, columns)).join('\n')}\n`
}

/** At most so many columns of a line; the style around it is no part of them. */
function cut(line: string, columns: number): string {
  const isStyled = line.startsWith(ESCAPE) && line.endsWith(PLAIN)
  const from = isStyled ? line.indexOf('m') + 1 : 0
  const to = line.length - (isStyled ? PLAIN.length : 0)
  return to - from <= columns ? line : `${line.slice(0, from + columns - 1)}…${line.slice(to)}`
}
