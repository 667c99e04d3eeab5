import type { Refusal } from '@spillway/call'
import { statusDetails } from './status-details.ts'
import { toldPushbackMs } from './told-pushback.ts'

/**
 * Ready values of `grpc-status-details-bin`. At ten times the load nine of ten calls are refused, for few different
 * reasons: the same values again and again.
 */
export class StatusDetailsCache {
  readonly #service: string
  readonly #capacity: number
  readonly #values = new Map<string, string>()

  /** `service` is the name of the service that refuses. At most `capacity` values are kept; then it starts afresh. */
  constructor(service: string, capacity = 4_096) {
    this.#service = service
    this.#capacity = capacity
  }

  /**
   * The details in base64 without padding, as gRPC writes binary metadata. `RetryInfo` says what {@link toldPushbackMs}
   * makes of the pushback. `method` must be a path that the contract knows, or empty: paths of callers' making would fill
   * the memory.
   */
  base64(refusal: Refusal, method: string): string {
    const pushbackMs = toldPushbackMs(refusal.pushbackMs)
    const key = `${refusal.kind} ${subjectOf(refusal)} ${pushbackMs} ${method}`
    const known = this.#values.get(key)
    if (known !== undefined) return known
    const bytes = statusDetails({ ...refusal, pushbackMs }, { service: this.#service, method })
    const value = Buffer.from(bytes).toString('base64').replace(/=+$/, '')
    if (this.#values.size >= this.#capacity) this.#values.clear()
    this.#values.set(key, value)
    return value
  }
}

/** What the details say of the refusal, apart from its kind and pushback. */
function subjectOf(refusal: Refusal): string | number {
  switch (refusal.kind) {
    case 'budget_exhausted':
      return refusal.budget
    case 'shed_overload': // under overload the queue is full, so these repeat
      return `${refusal.rank} ${refusal.limit} ${refusal.queued}`
    case 'queue_timeout':
    case 'priority_not_allowed':
      return refusal.rank
    case 'upstream_unreachable':
      return refusal.upstream
    default:
      return ''
  }
}
