import { MetadataName, parseTimeoutMs } from '@spillway/call'
import type { RequestHead } from '@spillway/http2'
import { isCall, isGrpcContent } from './grpc-rules.ts'
import type { Likeness, Likenesses } from './likeness.ts'

/** Why a request cannot be relayed at all. */
export type RequestFault = 'not_a_call' | 'not_grpc' | 'bad_timeout'

/** What follows from a request's head alone. Worked out once per head. */
export class RequestTraits {
  readonly fault: RequestFault | undefined
  /** What its own `grpc-timeout` allows; Infinity without one. */
  readonly allowedMs: number
  /** What it shares with heads that differ in that alone. */
  readonly likeness: Likeness

  private constructor(head: RequestHead, likeness: Likeness) {
    const timeout = head.fields.get(MetadataName.timeout)
    const allowedMs = timeout === undefined ? Number.POSITIVE_INFINITY : parseTimeoutMs(timeout)
    this.likeness = likeness
    this.allowedMs = allowedMs ?? 0
    if (!isCall(head)) this.fault = 'not_a_call'
    else if (!isGrpcContent(head.fields.get('content-type'))) this.fault = 'not_grpc'
    else this.fault = allowedMs === undefined ? 'bad_timeout' : undefined
  }

  /** `likenesses` are those of the connection that the head came on. */
  static of(head: RequestHead, likenesses: Likenesses): RequestTraits {
    if (head.derived instanceof RequestTraits) return head.derived
    const traits = new RequestTraits(head, likenesses.of(head.fields))
    head.derived = traits
    return traits
  }
}
