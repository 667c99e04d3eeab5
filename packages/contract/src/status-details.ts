import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { REFUSAL_FORMS, className, type Refusal } from '@spillway/call'

/** What the details say besides the refusal itself. */
export interface DetailsContext {
  /** Name of the service that refuses. */
  readonly service: string
  /** Path of the call; empty leaves it out. */
  readonly method: string
}

/** `ErrorInfo.domain`: whose reasons these are. */
export const ERROR_DOMAIN = 'spillway'

/**
 * The serialised `google.rpc.Status` of a refusal, for `grpc-status-details-bin`: ErrorInfo always, RetryInfo when the
 * caller may try again, QuotaFailure when a budget is spent. Of the numbers of the moment only limit and queue are told, of
 * calls that were shed; waits and what is left of a deadline would make every refusal a different one. The pushback must
 * have been through `toldPushbackMs`.
 *
 * Written by hand, wire-compatible with google/rpc/status.proto and error_details.proto: field numbers are beside each
 * line.
 */
export function statusDetails(refusal: Refusal, context: DetailsContext): Uint8Array {
  const form = REFUSAL_FORMS[refusal.kind]
  const status = new BinaryWriter()
  status.tag(1, WireType.Varint).int32(form.status) // Status.code
  status.tag(2, WireType.LengthDelimited).string(form.message) // Status.message
  writeDetail(status, 'google.rpc.ErrorInfo', errorInfo(form.reason, infoOf(refusal, context)))
  if (refusal.pushbackMs >= 0) writeDetail(status, 'google.rpc.RetryInfo', retryInfo(refusal.pushbackMs))
  if (refusal.kind === 'budget_exhausted')
    writeDetail(status, 'google.rpc.QuotaFailure', quotaFailure(refusal.budget, form.message))
  return status.finish()
}

/** Status.details, one google.protobuf.Any. */
function writeDetail(status: BinaryWriter, type: string, value: Uint8Array): void {
  status.tag(3, WireType.LengthDelimited).fork()
  status.tag(1, WireType.LengthDelimited).string(`type.googleapis.com/${type}`) // Any.type_url
  status.tag(2, WireType.LengthDelimited).bytes(value) // Any.value
  status.join()
}

type Info = readonly (readonly [key: string, value: string])[]

function errorInfo(reason: string, metadata: Info): Uint8Array {
  const info = new BinaryWriter()
  info.tag(1, WireType.LengthDelimited).string(reason) // ErrorInfo.reason
  info.tag(2, WireType.LengthDelimited).string(ERROR_DOMAIN) // ErrorInfo.domain
  for (const [key, value] of metadata) {
    info.tag(3, WireType.LengthDelimited).fork() // ErrorInfo.metadata, one entry
    info.tag(1, WireType.LengthDelimited).string(key)
    info.tag(2, WireType.LengthDelimited).string(value)
    info.join()
  }
  return info.finish()
}

function infoOf(refusal: Refusal, { service, method }: DetailsContext): Info {
  const path: Info = method === '' ? [] : [['method', method]]
  const common: Info = [['service', service], ...path]
  switch (refusal.kind) {
    case 'budget_exhausted':
      return [...common, ['budget', refusal.budget]]
    case 'shed_overload':
      return [
        ...common,
        ['class', className(refusal.rank)],
        ['limit', String(refusal.limit)],
        ['queued', String(refusal.queued)],
      ]
    case 'queue_timeout':
    case 'priority_not_allowed':
      return [...common, ['class', className(refusal.rank)]]
    case 'upstream_unreachable':
      return [...common, ['upstream', refusal.upstream]]
    default:
      return common
  }
}

function retryInfo(pushbackMs: number): Uint8Array {
  const wholeMs = Math.ceil(pushbackMs)
  const info = new BinaryWriter()
  info.tag(1, WireType.LengthDelimited).fork() // RetryInfo.retry_delay, a google.protobuf.Duration
  info.tag(1, WireType.Varint).int64(Math.floor(wholeMs / 1_000)) // Duration.seconds
  info.tag(2, WireType.Varint).int32((wholeMs % 1_000) * 1_000_000) // Duration.nanos
  info.join()
  return info.finish()
}

function quotaFailure(budget: string, description: string): Uint8Array {
  const failure = new BinaryWriter()
  failure.tag(1, WireType.LengthDelimited).fork() // QuotaFailure.violations
  failure.tag(1, WireType.LengthDelimited).string(`budget:${budget}`) // Violation.subject
  failure.tag(2, WireType.LengthDelimited).string(description) // Violation.description
  failure.join()
  return failure.finish()
}
