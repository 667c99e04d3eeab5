import { MetadataName, NO_DEADLINE, parseTimeoutMs, type Deadline } from '@spillway/call'
import type { MethodPolicy } from '@spillway/contract'
import type { Arrival } from './arrival.ts'

/**
 * The deadline of a call: what its caller asked for, else the method's timeout; never beyond the method's maximum.
 * Undefined when the caller's `grpc-timeout` is malformed.
 */
export function deadlineOf(
  { metadata, arrivedMs }: Pick<Arrival, 'metadata' | 'arrivedMs'>,
  policy: MethodPolicy,
): Deadline | undefined {
  const maximumMs = policy.maxTimeoutMs ?? NO_DEADLINE
  const asked = metadata.get(MetadataName.timeout)
  const timeoutMs = asked === undefined ? (policy.timeoutMs ?? NO_DEADLINE) : parseTimeoutMs(asked)
  return timeoutMs === undefined ? undefined : arrivedMs + Math.min(timeoutMs, maximumMs)
}

/** `grpc-previous-rpc-attempts`, up to four digits; 0 for anything else. */
export function attemptOf({ metadata }: Arrival): number {
  const text = metadata.get(MetadataName.previousAttempts)
  return text !== undefined && /^\d{1,4}$/.test(text) ? Number(text) : 0
}
