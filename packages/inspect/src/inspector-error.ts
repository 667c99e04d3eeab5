import { status, type ServiceError } from '@grpc/grpc-js'

/** An rpc of the inspector failed: one clear line, and the gRPC status by name. */
export class InspectorError extends Error {
  override readonly name = 'InspectorError'
  /** `NOT_FOUND`, `PERMISSION_DENIED`, `UNAVAILABLE`, … */
  readonly code: string

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** What to tell people about an error of grpc-js; anything else is returned as it is. */
export function toInspectorError(error: unknown, address: string): unknown {
  if (!isServiceError(error)) return error
  return new InspectorError(status[error.code], messageOf(error, address), error)
}

function messageOf({ code, details }: ServiceError, address: string): string {
  switch (code) {
    case status.UNAVAILABLE:
      return isUnreached(details) ? `no sidecar listens at ${address}` : `lost the sidecar at ${address}: ${details}`
    case status.DEADLINE_EXCEEDED:
      return `no answer from ${address} in time: is that port a sidecar's inspector?`
    case status.UNIMPLEMENTED:
      return `the server at ${address} is no spillway inspector, or an older one: ${details}`
    default:
      return details
  }
}

function isUnreached(details: string): boolean {
  return details.startsWith('No connection established') || details.startsWith('Name resolution failed')
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error
}
