import { field, fieldList, type StreamListener } from '@spillway/http2'

/** The request of a check, whole: its headers ... */
export const HEALTH_REQUEST = fieldList([
  field(':method', 'POST'),
  field(':scheme', 'http'),
  field(':path', '/grpc.health.v1.Health/Check'),
  field(':authority', 'app'),
  field('te', 'trailers'),
  field('content-type', 'application/grpc'),
])
/** ... and `HealthCheckRequest {}` with gRPC's prefix. */
export const HEALTH_MESSAGE = Buffer.alloc(5)
/** `HealthCheckResponse { status: SERVING }` with gRPC's prefix. */
const SERVING = Buffer.of(0, 0, 0, 0, 2, 0x08, 0x01)

/** What came of one check. `broken_off`: no answer, which says nothing of the app yet. */
export type HealthAnswer = 'serving' | 'not_serving' | 'broken_off'

/** The stream of one check by `grpc.health.v1`. Tells once, when the answer is whole or larger than one. */
export class HealthCheck implements StreamListener {
  #give: ((answer: HealthAnswer) => void) | undefined
  #reply: Buffer = Buffer.alloc(0)

  constructor(give: (answer: HealthAnswer) => void) {
    this.#give = give
  }

  /** Nothing more will come; what is there counts. */
  breakOff(): void {
    if (this.#reply.length === 0) this.#tell('broken_off')
    else this.#judge()
  }

  /** Who answers without a message does not know the service, and answers all the same. */
  answered(_fields: unknown, _status: number, endsStream: boolean): void {
    if (endsStream) this.#tell('serving')
  }

  data(bytes: Buffer, start: number, end: number, endsStream: boolean): void {
    this.#reply = Buffer.concat([this.#reply, bytes.subarray(start, end)])
    if (endsStream || this.#reply.length > SERVING.length) this.#judge()
  }

  trailers(): void {
    this.#judge()
  }

  reset(): void {
    this.breakOff()
  }

  drained(): void {
    return
  }

  ended(): void {
    return
  }

  #judge(): void {
    const isServing = this.#reply.length === 0 || this.#reply.equals(SERVING)
    this.#tell(isServing ? 'serving' : 'not_serving')
  }

  #tell(answer: HealthAnswer): void {
    this.#give?.(answer)
    this.#give = undefined
  }
}
