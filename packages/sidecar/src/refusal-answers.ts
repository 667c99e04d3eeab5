import { MetadataName, REFUSAL_FORMS, type Refusal, type Status } from '@spillway/call'
import { StatusDetailsCache, toldPushbackMs, type Contract } from '@spillway/contract'
import { field } from '@spillway/http2'
import type { Answer } from '@spillway/relay'

/** Ready answers that are kept. */
const CAPACITY = 4_096

/** How refusals look to callers: status and text of the one table, details, pushback. Made once for each different one. */
export class RefusalAnswers {
  readonly #shedStatus: Status
  readonly #details: StatusDetailsCache
  readonly #ready = new Map<string, Answer>()

  constructor(service: string, shedStatus: Status) {
    this.#shedStatus = shedStatus
    this.#details = new StatusDetailsCache(service, CAPACITY)
  }

  /** The answer for a refused call of that path. The details name the method only when the contract knows it. */
  of(refusal: Refusal, path: string, contract: Contract): Answer {
    const details = this.#details.base64(refusal, contract.methods.has(path) ? path : '')
    return this.#ready.get(details) ?? this.#make(refusal, details)
  }

  #make(refusal: Refusal, details: string): Answer {
    const { status, message } = REFUSAL_FORMS[refusal.kind]
    const answer: Answer = {
      status: refusal.kind === 'shed_overload' ? this.#shedStatus : status,
      message,
      reply: undefined,
      headers: [],
      trailers: [
        field(MetadataName.pushback, String(toldPushbackMs(refusal.pushbackMs))),
        field(MetadataName.details, details),
      ],
    }
    if (this.#ready.size >= CAPACITY) this.#ready.clear()
    this.#ready.set(details, answer)
    return answer
  }
}
