import { constants } from 'node:os'

/** Where a command writes, and what it may assume of whoever reads. */
export interface Terminal {
  /** Results. */
  out(text: string): void
  /** Progress and what went wrong. */
  err(text: string): void
  /** Results go to a screen: colours and redrawing are welcome. */
  readonly isTty: boolean
  readonly columns: number
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
    isTty: process.stdout.isTTY && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb',
    columns: process.stdout.columns ?? 120,
  }
}

const CODES = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const

/** A colour or weight of text. */
export type Style = keyof typeof CODES

/** The text in that style on a screen, plain elsewhere. */
export function styled(terminal: Terminal, style: Style, text: string): string {
  return terminal.isTty ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text
}
