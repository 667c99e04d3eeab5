import { connect, type Socket } from 'node:net'
import { parseAddress } from '@spillway/relay'
import { HealthSession } from './health-session.ts'

/** What the app says of itself: `serving` also when it has no health service but takes connections. */
export type AppCondition = 'serving' | 'not_serving' | 'unreachable'

/**
 * Asks an app whether it serves, by `grpc.health.v1`, over one connection for as long as that lasts: to make one anew each time
 * takes code that nothing else runs, for which calls wait. One question at a time.
 */
export class AppProbe {
  readonly #address: string
  readonly #timeoutMs: number
  #session: HealthSession | undefined
  #isClosed = false

  /** `timeoutMs`, for a connection and for an answer each. */
  constructor(address: string, timeoutMs: number) {
    this.#address = address
    this.#timeoutMs = timeoutMs
  }

  /** An app that does not know `grpc.health.v1`, breaks its rules, or does not answer in time serves if it takes a new connection. */
  async ask(): Promise<AppCondition> {
    const answer = await this.#session?.check(this.#timeoutMs)
    return answer === undefined || answer === 'broken_off' ? await this.#askAnew() : answer
  }

  /** Closes the connection. What was asked and is not answered means nothing any more. */
  close(): void {
    this.#isClosed = true
    this.#session?.close()
  }

  /** What is left of the connection before is closed: a check may break off without it. */
  async #askAnew(): Promise<AppCondition> {
    this.#session?.close()
    if (this.#isClosed) return 'unreachable'
    const socket = await connectTo(this.#address, this.#timeoutMs)
    this.#session = socket && new HealthSession(socket)
    if (this.#session === undefined) return 'unreachable'
    if (this.#isClosed) this.#session.close()
    const answer = await this.#session.check(this.#timeoutMs)
    return answer === 'broken_off' ? 'serving' : answer
  }
}

/** Asks the app once: see {@link AppProbe.ask}. */
export async function probeApp(address: string, timeoutMs: number): Promise<AppCondition> {
  const probe = new AppProbe(address, timeoutMs)
  try {
    return await probe.ask()
  } finally {
    probe.close()
  }
}

/** Whether anything takes connections there, whatever it speaks. */
export async function takesConnections(address: string, timeoutMs: number): Promise<boolean> {
  const socket = await connectTo(address, timeoutMs)
  socket?.destroy()
  return socket !== undefined
}

function connectTo(address: string, timeoutMs: number): Promise<Socket | undefined> {
  const { promise, resolve } = Promise.withResolvers<Socket | undefined>()
  const socket = connect(parseAddress(address))
  const give = (result: Socket | undefined): void => {
    if (result === undefined) socket.destroy()
    resolve(result)
  }
  socket.setTimeout(timeoutMs, () => give(undefined))
  socket.on('error', () => give(undefined))
  socket.once('connect', () => {
    socket.setTimeout(0)
    give(socket)
  })
  return promise
}
