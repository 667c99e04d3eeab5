import type { Problem } from '@spillway/call'
import { SocketError } from '@spillway/inspect'

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
  if (error instanceof SocketError) return socketError(error)
  const flag = `--${setting.replaceAll('.', '-')}`
  const reason = reasonOf(error)
  const isTaken = reason.includes('EADDRINUSE') || reason.includes('the port is taken')
  const what = isTaken ? 'is taken by another process' : `cannot be bound (${reason})`
  const isHost = reason === 'EADDRNOTAVAIL' || reason === 'ENOTFOUND' || reason === 'EAI_AGAIN'
  const other = `choose another with ${isHost ? flag.replace(/-port$/, '-host') : flag}`
  const fix = isTaken ? `stop what listens there, or ${other}` : other
  return new StartError({ severity: 'error', place: setting, message: `${address} ${what}`, fix }, error)
}

/** The port is there; where its socket goes follows from the folder. */
function socketError(error: SocketError): StartError {
  const fix = 'name another folder with --inspect-socket-folder'
  return new StartError({ severity: 'error', place: 'inspect.socket_folder', message: error.message, fix }, error)
}

/** The system's code where there is one, else what the error says. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}
