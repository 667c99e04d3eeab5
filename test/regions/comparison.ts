import type { NatsConnection } from '@nats-io/transport-node'
import { COUNTER_SUBJECT } from './topology.ts'

const ANSWER_WITHIN_MS = 300

/** A token bucket as anybody would write it. */
export class LocalBucket {
  readonly #rate: number
  readonly #burst: number
  #level = 0
  #updatedMs: number | undefined

  constructor(rate: number, burst: number) {
    this.#rate = rate
    this.#burst = burst
  }

  /** Takes one unit if there is one. */
  take(nowMs: number): boolean {
    const elapsedMs = nowMs - (this.#updatedMs ?? nowMs)
    this.#level = Math.min(this.#burst, this.#level + (this.#rate * elapsedMs) / 1_000)
    this.#updatedMs = nowMs
    if (this.#level < 1) return false
    this.#level--
    return true
  }
}

/** One bucket for everybody, a request away: a call waits for the answer, and is refused when none comes. */
export class CentralCounter {
  #connection: NatsConnection | undefined

  /** Asks over that connection from now on. */
  use(connection: NatsConnection): void {
    this.#connection = connection
  }

  /** Asks for one unit. */
  ask(answer: (isAdmitted: boolean) => void): void {
    if (!this.#connection) return answer(false)
    this.#connection.request(COUNTER_SUBJECT, '', { timeout: ANSWER_WITHIN_MS }).then(
      (reply) => answer(reply.string() === '1'),
      () => answer(false),
    )
  }

  /** Answers everybody out of one bucket. */
  static serve(connection: NatsConnection, bucket: LocalBucket, nowMs: () => number): void {
    connection.subscribe(COUNTER_SUBJECT, {
      callback: (error, message) => {
        if (!error) message.respond(bucket.take(nowMs()) ? '1' : '0')
      },
    })
  }
}
