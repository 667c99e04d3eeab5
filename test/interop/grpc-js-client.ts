import {
  Client,
  Metadata,
  credentials,
  type CallOptions,
  type ClientDuplexStream,
  type ClientOptions,
  type StatusObject,
} from '@grpc/grpc-js'
import { asIs } from './test-service.ts'

/** What a caller sees of a call that has ended. */
export interface CallResult {
  /** Undefined when the answer was trailers-only. */
  readonly initial: Metadata | undefined
  readonly messages: readonly Buffer[]
  readonly code: number
  readonly details: string
  readonly trailers: Metadata
}

/** One call, in whichever of the four shapes. */
export interface OpenCall {
  readonly stream: ClientDuplexStream<Buffer, Buffer>
  /** Waits until so many messages have come in all, or the call has ended. */
  received(count: number): Promise<void>
  /** How it ended. Never rejects. */
  readonly result: Promise<CallResult>
}

/** A grpc-js client of the test service, for octets. */
export class OctetClient {
  readonly #client: Client

  constructor(address: string, options: ClientOptions = {}) {
    this.#client = new Client(address, credentials.createInsecure(), options)
  }

  /** Opens a call that sends what its caller writes to `stream`. */
  open(path: string, metadata = new Metadata(), options: CallOptions = {}): OpenCall {
    return follow(this.#client.makeBidiStreamRequest(path, asIs, asIs, metadata, options))
  }

  /** Sends `messages`, half-closes, and waits for the end. */
  call(path: string, messages: readonly Buffer[], metadata?: Metadata, options?: CallOptions): Promise<CallResult> {
    const call = this.open(path, metadata, options)
    for (const message of messages) call.stream.write(message)
    call.stream.end()
    return call.result
  }

  /** A unary call through the unary interface of the library, whose checks it is to pass. */
  unary(path: string, message: Buffer, metadata = new Metadata()): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(path, asIs, asIs, message, metadata, (error, reply) =>
        error ? reject(error) : resolve(reply ?? Buffer.alloc(0)),
      )
    })
  }

  close(): void {
    this.#client.close()
  }
}

/** Metadata from pairs; names may repeat. */
export function metadataOf(...pairs: readonly (readonly [name: string, value: string | Buffer])[]): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of pairs) metadata.add(name, value)
  return metadata
}

function follow(stream: ClientDuplexStream<Buffer, Buffer>): OpenCall {
  const messages: Buffer[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  let initial: Metadata | undefined
  let hasEnded = false
  const wake = (): void => {
    for (const waiter of waiting) if (hasEnded || messages.length >= waiter.count) waiter.resolve()
  }
  stream.on('metadata', (metadata: Metadata) => (initial = metadata))
  stream.on('data', (message: Buffer) => {
    messages.push(message)
    wake()
  })
  stream.on('error', () => {})
  const result = new Promise<CallResult>((resolve) => {
    stream.on('status', (status: StatusObject) => {
      hasEnded = true
      wake()
      resolve({ initial, messages, code: status.code, details: status.details, trailers: status.metadata })
    })
  })
  const received = (count: number): Promise<void> =>
    hasEnded || messages.length >= count
      ? Promise.resolve()
      : new Promise((resolve) => waiting.push({ count, resolve }))
  return { stream, received, result }
}
