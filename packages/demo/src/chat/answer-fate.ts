import { status, type Metadata, type ServiceError } from '@grpc/grpc-js'
import { MetadataName } from '@spillway/call'
import type { Fate } from '../load/finished-call.ts'

/**
 * Reads the header `spillway-fallback: rule=<name>; reason=<why>`: the name of the rule that gave a degraded answer;
 * undefined when the answer is a real one.
 */
export function ruleOf(headers: Metadata): string | undefined {
  const value = headers.get(MetadataName.fallback)[0]
  if (value === undefined) return undefined
  return /(?:^|;)\s*rule=([^;]*)/.exec(value.toString())?.[1]?.trim() ?? 'unnamed'
}

/** What an error means for the caller. Only the sidecar marks its own statuses, so a busy service is told apart. */
export function fateOfError(error: ServiceError): Fate {
  if (error.code === status.DEADLINE_EXCEEDED) return 'deadline'
  if (error.metadata.get(MetadataName.origin).length > 0) return 'refused'
  return error.code === status.RESOURCE_EXHAUSTED ? 'busy' : 'failed'
}
