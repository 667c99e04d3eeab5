import { MetadataName, NO_DEADLINE, type Deadline, type Metadata } from '@spillway/call'
import type { MethodPolicy } from '@spillway/contract'
import type { Arrival } from './arrival.ts'

/** The deadline of a call: what its caller asked for, else the method's timeout; never beyond the method's maximum. */
export function deadlineOf(
  { allowedMs, arrivedMs }: Pick<Arrival, 'allowedMs' | 'arrivedMs'>,
  { timeoutMs = NO_DEADLINE, maxTimeoutMs = NO_DEADLINE }: Pick<MethodPolicy, 'timeoutMs' | 'maxTimeoutMs'>,
): Deadline {
  return arrivedMs + Math.min(allowedMs === NO_DEADLINE ? timeoutMs : allowedMs, maxTimeoutMs)
}

/** `grpc-previous-rpc-attempts`, up to four digits; 0 for anything else. */
export function attemptOf(metadata: Metadata): number {
  const text = metadata.get(MetadataName.previousAttempts)
  return text !== undefined && /^\d{1,4}$/.test(text) ? Number(text) : 0
}
