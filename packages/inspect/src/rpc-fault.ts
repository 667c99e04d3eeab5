import { status } from '@grpc/grpc-js'
import { nearestNames } from './nearest-names.ts'

/** Why an rpc of the inspector fails, as a value: a status and one line for people. */
export class RpcFault {
  readonly code: status
  readonly details: string

  constructor(code: status, details: string) {
    this.code = code
    this.details = details
  }
}

/** INVALID_ARGUMENT. */
export function invalid(details: string): RpcFault {
  return new RpcFault(status.INVALID_ARGUMENT, details)
}

/** NOT_FOUND that names the breakers most like the one that was asked for. */
export function unknownBreaker(name: string, names: readonly string[]): RpcFault {
  const nearest = nearestNames(name, names)
  const hint = nearest.length === 0 ? 'there are none' : `nearest: ${nearest.join(', ')}`
  return new RpcFault(status.NOT_FOUND, `no breaker ${JSON.stringify(name)}; ${hint}`)
}
