import type { Problem } from '@spillway/call'

/** A sidecar could not start; the problem says why in one line. */
export class StartError extends Error {
  readonly problem: Problem

  constructor(problem: Problem, cause: unknown) {
    super(problem.message, { cause })
    this.name = 'StartError'
    this.problem = problem
  }
}

/** What went wrong when `setting` (`inbound.port`) was to be bound to `address`. */
export function bindError(setting: string, address: string, error: unknown): StartError {
  const flag = `--${setting.replaceAll('.', '-')}`
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const isTaken = code === 'EADDRINUSE' || (error instanceof Error && error.message.includes('EADDRINUSE'))
  const reason = isTaken ? 'is taken by another process' : `cannot be bound (${reasonOf(error, code)})`
  const fix = isTaken ? `stop what listens there, or choose another with ${flag}` : `choose another with ${flag}`
  return new StartError({ severity: 'error', place: setting, message: `${address} ${reason}`, fix }, error)
}

function reasonOf(error: unknown, code: string): string {
  if (code !== '') return code
  return error instanceof Error ? error.message : String(error)
}
