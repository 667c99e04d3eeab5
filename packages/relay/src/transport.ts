import type { Socket } from 'node:net'
import {
  Connection,
  type BufferPool,
  type ConnectionListener,
  type Http2Limits,
  type OutputBatch,
} from '@spillway/http2'
import { receiveFrom } from './receive-from.ts'
import type { Flushable, Turn } from './turn.ts'

/** What a transport tells its owner besides what the connection's listener hears. */
export interface TransportOwner extends ConnectionListener {
  /** The socket is gone, and what it leaves behind may be cleared away. Streams are told right after. */
  closed(error: Error | undefined): void
}

/** What all connections of a process share. */
export interface TransportResources {
  readonly pool: BufferPool
  readonly turn: Turn
}

/** Joins one socket, plain or TLS, with one HTTP/2 connection. */
export class Transport implements Flushable {
  readonly connection: Connection
  readonly #socket: Socket
  readonly #owner: TransportOwner
  #error: Error | undefined
  #isEnding = false

  constructor(
    socket: Socket,
    role: 'server' | 'client',
    limits: Http2Limits,
    owner: TransportOwner,
    resources: TransportResources,
  ) {
    this.#socket = socket
    this.#owner = owner
    socket.on('error', (error) => (this.#error = error))
    socket.on('close', () => this.#closed())
    // A server that has ended its side answers nothing any more.
    if (role === 'client') socket.on('end', () => this.destroy())
    this.connection = new Connection({
      role,
      limits,
      listener: owner,
      pool: resources.pool,
      isWaiting: () => resources.turn.add(this),
    })
    receiveFrom(socket, (chunk) => this.connection.receive(chunk))
    socket.setNoDelay(true)
  }

  /** Hands all output to the socket. A socket that takes none any more is given none: what was not handed over was not sent. */
  flush(): void {
    if (!this.#socket.writable) return
    const batch = this.connection.output.take()
    if (batch === undefined) return
    this.#write(batch)
  }

  /** Writes out what there is, then closes the socket. */
  end(): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.flush()
    this.#socket.destroySoon()
  }

  /** Closes the socket at once. */
  destroy(): void {
    this.#socket.destroy()
  }

  #write(batch: OutputBatch): void {
    const { chunks } = batch
    const last = chunks.at(-1)
    if (last === undefined) return
    if (chunks.length > 1) this.#socket.cork()
    for (let index = 0; index < chunks.length - 1; index++) this.#socket.write(chunks[index] ?? last)
    this.#socket.write(last, () => this.#written(batch))
    if (chunks.length > 1) this.#socket.uncork()
  }

  #written(batch: OutputBatch): void {
    this.connection.output.written(batch)
    this.connection.resume()
  }

  #closed(): void {
    this.#owner.closed(this.#error)
    this.connection.lost()
  }
}
