import type { Terminal } from './terminal.ts'

/** What every command takes from outside. */
export interface CommandContext {
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
}
