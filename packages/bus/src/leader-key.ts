import { JetStreamApiError, jetstream } from '@nats-io/jetstream'
import { Kvm, type KV } from '@nats-io/kv'
import { TimeoutError, type NatsConnection } from '@nats-io/transport-node'
import type { KeyAnswer, KeyEntry, KeyRequest } from '@spillway/budget'

/** JetStream's answer to a write whose condition does not hold. */
const WRONG_LAST_SEQUENCE = 10071

/** The one key in each bucket. */
const KEY = 'leader'

/** What the server stored is not what was asked for: it is too old, or the bucket was made by somebody else. */
export class BucketMismatch extends Error {
  override readonly name = 'BucketMismatch'
}

/** Which key, and how to reach it. */
export interface LeaderKeyConfig {
  readonly bucket: string
  /** Time to live of the key, in milliseconds. */
  readonly ttlMs: number
  /** Bounds each request; after it the answer is `unknown`. */
  readonly timeoutMs?: number
  /** JetStream domain that keeps the bucket; left out, the one that the connection's server is in. */
  readonly domain?: string
}

/**
 * A key that candidates compete for, in a NATS bucket of its own, so that revisions count nothing but its writes. Expiry is the
 * bucket's (works from nats-server 2.6 on; an expiry of single keys is ignored by old servers without a word).
 */
export class LeaderKey {
  readonly #config: LeaderKeyConfig
  readonly #connection: NatsConnection
  readonly #onFault: (error: unknown) => void
  #store: KV | undefined

  /** `onFault` hears why an answer was `unknown`. */
  constructor(
    config: LeaderKeyConfig,
    connection: NatsConnection,
    onFault: (error: unknown) => void = () => undefined,
  ) {
    this.#config = config
    this.#connection = connection
    this.#onFault = onFault
  }

  /** Carries a request out. Never rejects: what fails in any way that leaves doubt is `unknown`. */
  async ask(request: KeyRequest): Promise<KeyAnswer> {
    try {
      return await this.#carryOut(await this.#open(), request)
    } catch (error) {
      if (isWrongSequence(error)) return { kind: 'refused', revision: revisionIn(error.message) }
      if (!(error instanceof TimeoutError)) this.#store = undefined
      this.#onFault(error)
      return { kind: 'unknown' }
    }
  }

  async #open(): Promise<KV> {
    if (this.#store) return this.#store
    const { bucket, ttlMs, domain } = this.#config
    const client = jetstream(this.#connection, {
      timeout: this.#timeoutMs,
      ...(domain === undefined ? {} : { domain }),
    })
    const store = await new Kvm(client).create(bucket, { history: 1, ttl: ttlMs, replicas: 1 })
    const { ttl, history } = await store.status()
    if (ttl !== ttlMs || history !== 1) {
      throw new BucketMismatch(`bucket ${bucket} has ttl ${ttl} ms and history ${history}, not ${ttlMs} and 1`)
    }
    this.#store = store
    return store
  }

  get #timeoutMs(): number {
    return this.#config.timeoutMs ?? 1_000
  }

  async #carryOut(store: KV, request: KeyRequest): Promise<KeyAnswer> {
    switch (request.kind) {
      case 'create':
        return { kind: 'written', revision: await this.#write(store, request.entry, 0) }
      case 'update':
        return { kind: 'written', revision: await this.#write(store, request.entry, request.ifRevision) }
      case 'read': {
        const found = await store.get(KEY)
        return { kind: 'found', revision: found?.revision ?? 0, entry: found ? parseEntry(found.string()) : undefined }
      }
    }
  }

  #write(store: KV, entry: KeyEntry, ifRevision: number): Promise<number> {
    return store.put(KEY, JSON.stringify(entry), { previousSeq: ifRevision, timeout: this.#timeoutMs })
  }
}

function isWrongSequence(error: unknown): error is JetStreamApiError {
  return error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE
}

/** The server names the revision that the key has: `wrong last sequence: 7`. */
function revisionIn(message: string): number {
  return Number(/wrong last sequence: (\d+)/.exec(message)?.[1] ?? 0)
}

/** What another candidate wrote, or undefined when it is not of this form. */
function parseEntry(text: string): KeyEntry | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const { incarnation, epoch } = value as { incarnation?: unknown; epoch?: unknown }
    if (typeof incarnation !== 'string' || typeof epoch !== 'number') return undefined
    return { incarnation, epoch }
  } catch {
    return undefined
  }
}
