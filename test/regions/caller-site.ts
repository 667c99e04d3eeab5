import { Client, credentials, status } from '@grpc/grpc-js'
import type { Site } from './child.ts'
import { METHODS } from './terms.ts'

/** How one call ended: answered by the app, refused by the sidecar, or neither. */
export type Fate = 'served' | 'refused' | 'lost'

/** What a caller waits for an answer, in milliseconds. */
const PATIENCE_MS = 2_000

/** Comes back soon after the sidecar does; does not try again what failed. */
const OPTIONS = {
  'grpc.enable_retries': 0,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 400,
}

const NOTHING = Buffer.alloc(0)
const octets = (bytes: Buffer): Buffer => bytes

/** The callers of one sidecar: real gRPC calls, over one connection. */
export class CallerSite {
  readonly #client: Client

  constructor({ inboundPort }: Site) {
    this.#client = new Client(`127.0.0.1:${inboundPort}`, credentials.createInsecure(), OPTIONS)
  }

  /** Makes a call of that class. Never rejects. */
  async call(tier: number): Promise<Fate> {
    const { promise, resolve } = Promise.withResolvers<Fate>()
    const deadline = Date.now() + PATIENCE_MS
    this.#client.makeUnaryRequest(METHODS[tier] ?? '', octets, octets, NOTHING, { deadline }, (error) => {
      if (!error) resolve('served')
      else resolve(error.code === status.RESOURCE_EXHAUSTED ? 'refused' : 'lost')
    })
    return await promise
  }
}
