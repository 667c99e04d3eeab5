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
  #nowMs: () => number = () => 0

  /** Asks over that connection from now on. */
  use(connection: NatsConnection, nowMs: () => number): void {
    this.#connection = connection
    this.#nowMs = nowMs
  }

  /** Asks for one unit. Resolves with when it was given, or false; never rejects. */
  async ask(): Promise<{ readonly atMs: number } | false> {
    try {
      const reply = await this.#connection?.request(COUNTER_SUBJECT, '', { timeout: ANSWER_WITHIN_MS })
      return reply?.string() === '1' && { atMs: this.#nowMs() }
    } catch {
      return false
    }
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
