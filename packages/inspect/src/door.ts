import { createServer, type ListenOptions, type Server, type Socket } from 'node:net'

/** Connections at once through one door; a few people and health checkers need no more. */
const MOST_CONNECTIONS = 256

/** Whoever connects and says nothing for so long has to go, since seats are few. */
const LONGEST_SILENCE_MS = 10_000

/**
 * A bound address whose connections go to `enter` with the first octets that come, which are still to be read: who only looks
 * whether somebody listens, like a TCP probe, never enters. Plain sockets, so that an address can be had, or be refused with the
 * system's own error, before any server is loaded.
 */
export class Door {
  readonly #server: Server
  /** Those who have said nothing yet. */
  readonly #outside = new Set<Socket>()

  constructor(enter: (socket: Socket) => void, longestSilenceMs = LONGEST_SILENCE_MS) {
    this.#server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
      this.#outside.add(socket)
      socket.on('error', ignoreBrokenSocket)
      socket.on('close', () => this.#outside.delete(socket))
      socket.setTimeout(longestSilenceMs, () => socket.destroy())
      socket.once('readable', () => {
        this.#outside.delete(socket)
        socket.setTimeout(0)
        if (socket.readableLength > 0) enter(socket)
        else socket.destroy() // gone without a word
      })
    })
    this.#server.maxConnections = MOST_CONNECTIONS
  }

  /** Binds `host:port` or `unix:/path`; resolves with the port, 0 for a path. Rejects with the system's error. */
  async listen(address: string): Promise<number> {
    const options = listenOptions(address)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(options, resolve)
    await promise
    this.#server.off('error', reject).on('error', ignoreBrokenSocket)
    const bound = this.#server.address()
    return typeof bound === 'object' && bound !== null ? bound.port : 0
  }

  /** Lets nobody in any more; who is in stays. Safe to repeat. */
  close(): void {
    this.#server.close()
    for (const socket of this.#outside) socket.destroy()
  }
}

function listenOptions(address: string): ListenOptions {
  if (address.startsWith('unix:')) return { path: address.slice('unix:'.length) }
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  const port = Number(address.slice(colon + 1))
  if (colon <= 0 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`${address} is not host:port`)
  }
  return { host, port }
}

/** A connection that breaks concerns nobody else. */
function ignoreBrokenSocket(): void {
  return
}
