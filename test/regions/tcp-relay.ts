import { createConnection, createServer, type Server, type Socket } from 'node:net'

/** What all connections of a relay share. */
interface Line {
  isCut: boolean
  readonly held: (() => void)[]
}

/**
 * A TCP relay between two places: everything takes `delayMs` each way, in order. While it is cut nothing gets through and
 * nothing is refused, as with a lost route: connections stay open, and what was on its way arrives when it is healed.
 */
export class TcpRelay {
  readonly port: number
  readonly #server: Server
  readonly #sockets: Set<Socket>
  readonly #line: { isCut: boolean; readonly held: (() => void)[] }

  private constructor(server: Server, port: number, sockets: Set<Socket>, line: Line) {
    this.#server = server
    this.port = port
    this.#sockets = sockets
    this.#line = line
  }

  /** Relays connections to a free port of the loopback interface to `targetPort`. */
  static async start(targetPort: number, delayMs: number): Promise<TcpRelay> {
    const sockets = new Set<Socket>()
    const line: Line = { isCut: false, held: [] }
    const pass = (task: () => void): void => {
      if (line.isCut) line.held.push(task)
      else task()
    }
    const server = createServer({ allowHalfOpen: true }, (near) => {
      const far = createConnection({ host: '127.0.0.1', port: targetPort, allowHalfOpen: true })
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        const later = (task: () => void): void => void setTimeout(() => pass(task), delayMs)
        sockets.add(from)
        from.setNoDelay(true)
        from.on('data', (chunk) => later(() => !to.destroyed && to.write(chunk)))
        from.on('end', () => later(() => to.end()))
        from.on('error', () => undefined)
        from.on('close', () => {
          sockets.delete(from)
          later(() => to.destroy())
        })
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    return new TcpRelay(server, typeof address === 'object' ? (address?.port ?? 0) : 0, sockets, line)
  }

  /** Lets nothing through until {@link heal}. */
  cut(): void {
    this.#line.isCut = true
  }

  /** Lets everything through again, what was held first. */
  heal(): void {
    this.#line.isCut = false
    for (const task of this.#line.held.splice(0)) task()
  }

  /** Ends all connections and takes no more. */
  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}
