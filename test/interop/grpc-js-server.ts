import type { EventEmitter } from 'node:events'
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type UntypedServiceImplementation,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { numbers, pattern, testService } from './test-service.ts'

/** A server that was started for a test. */
export interface RunningServer {
  /** `host:port` */
  readonly address: string
  close(): Promise<void>
}

type AnyCall =
  | ServerUnaryCall<Buffer, Buffer>
  | ServerReadableStream<Buffer, Buffer>
  | ServerWritableStream<Buffer, Buffer>
  | ServerDuplexStream<Buffer, Buffer>

/** Starts {@link testService} in grpc-js, on any free port of the loopback. */
export async function startGrpcJsServer(): Promise<RunningServer> {
  const server = new Server()
  server.addService(testService, implementation())
  return listen(server)
}

/** Binds a server of grpc-js to any free port of the loopback. */
export async function listen(server: Server): Promise<RunningServer> {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    )
  })
  return {
    address: `127.0.0.1:${port}`,
    close: async () => {
      server.forceShutdown()
    },
  }
}

function implementation(): UntypedServiceImplementation {
  const cancelled = new Cancellations()
  return {
    Empty: unary(cancelled, () => Buffer.alloc(0)),
    Unary: unary(cancelled, (request) => Buffer.concat([numbers(request.length), pattern(request.readUInt32BE(0))])),
    AwaitCancelled: (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) => {
      cancelled.of(call.request.toString()).then(
        () => reply(null, Buffer.alloc(0)),
        () => reply({ code: 13 }),
      )
    },
    StreamIn: (call: ServerReadableStream<Buffer, Buffer>, reply: sendUnaryData<Buffer>) => {
      begin(call, cancelled)
      let count = 0
      let bytes = 0
      call.on('data', (message: Buffer) => {
        count++
        bytes += message.length
      })
      call.on('end', () => reply(null, numbers(count, bytes), trailersOf(call)))
    },
    StreamOut: (call: ServerWritableStream<Buffer, Buffer>) => {
      begin(call, cancelled)
      answerLater(call, () => {
        for (let at = 0; at < call.request.length; at += 4) call.write(pattern(call.request.readUInt32BE(at)))
        call.end(trailersOf(call))
      })
    },
    Chat: (call: ServerDuplexStream<Buffer, Buffer>) => {
      begin(call, cancelled)
      call.on('data', (message: Buffer) => call.write(pattern(message.readUInt32BE(0))))
      const status = statusOf(call)
      if (status) call.emit('error', status)
      else call.on('end', () => call.end(trailersOf(call)))
    },
  }
}

function unary(cancelled: Cancellations, replyTo: (request: Buffer) => Buffer) {
  return (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>): void => {
    begin(call, cancelled)
    answerLater(call, () => {
      const status = statusOf(call)
      if (status) reply(status)
      else reply(null, replyTo(call.request), trailersOf(call))
    })
  }
}

/** Calls that were cancelled, by `x-call-id`. */
class Cancellations {
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>()

  of(id: string): Promise<void> {
    return this.#entry(id).promise
  }

  note(id: string): void {
    this.#entry(id).resolve()
  }

  #entry(id: string): PromiseWithResolvers<void> {
    const entry = this.#waiting.get(id) ?? Promise.withResolvers<void>()
    this.#waiting.set(id, entry)
    return entry
  }
}

function begin(call: AnyCall, cancelled: Cancellations): void {
  const id = textOf(call, 'x-call-id')
  const emitter: EventEmitter = call
  if (id !== undefined) emitter.on('cancelled', () => cancelled.note(id))
  const echoed = call.metadata.get('x-echo-initial')
  if (echoed.length === 0) return
  const initial = new Metadata()
  for (const value of echoed) initial.add('x-echo-initial', value)
  call.sendMetadata(initial)
}

function answerLater(call: AnyCall, answer: () => void): void {
  const delayMs = Number(textOf(call, 'x-sleep-ms') ?? 0)
  if (delayMs === 0) answer()
  else setTimeout(() => !call.cancelled && answer(), delayMs)
}

function trailersOf(call: AnyCall): Metadata {
  const trailers = new Metadata()
  for (const value of call.metadata.get('x-echo-trailing-bin')) trailers.add('x-echo-trailing-bin', value)
  if (textOf(call, 'x-tell-deadline') !== undefined) {
    const deadline = call.getDeadline()
    const atMs = deadline instanceof Date ? deadline.getTime() : deadline
    trailers.set('x-deadline-ms', String(Math.round(atMs - Date.now())))
  }
  return trailers
}

function statusOf(call: AnyCall): (Partial<ServiceError> & { details: string }) | undefined {
  const code = textOf(call, 'x-status')
  if (code === undefined) return undefined
  const [message] = call.metadata.get('x-status-message-bin')
  return { code: Number(code), details: message?.toString() ?? '', metadata: trailersOf(call) }
}

function textOf(call: AnyCall, name: string): string | undefined {
  return call.metadata.get(name)[0]?.toString()
}
