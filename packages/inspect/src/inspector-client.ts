import { existsSync } from 'node:fs'
import type { MethodDefinition } from '@grpc/grpc-js'
import { fromBreakerMessage } from './breaker-message.ts'
import type { BreakerMessage, ChangeBreakerRequest } from './messages.ts'
import { RpcChannel } from './rpc-channel.ts'
import { inspectorRpcs } from './schema.ts'
import { fromTapMessage, toTapRequest } from './tap-message.ts'
import { fromTimestamp } from './timestamp.ts'
import type {
  BreakerView,
  BudgetView,
  ListenerView,
  MethodStatsView,
  MethodView,
  TapEvent,
  TapFilter,
} from './views.ts'

const TIMEOUT_MS = 5_000

/** Where a sidecar's inspector is. */
export interface InspectorClientOptions {
  /** `host:port`, or `unix:/path`. */
  readonly address: string
  /** The unix socket to write through, used if it exists; see `inspectorSocketPath`. */
  readonly socketPath?: string
  /** For each call that is no stream; 5,000 when left out. */
  readonly timeoutMs?: number
}

/** How to watch. */
export interface WatchOptions {
  /** Ends the stream quietly. */
  readonly signal?: AbortSignal
  /** 100 to 60,000; 1,000 when left out. */
  readonly intervalMs?: number
}

/** What changed since the reply before; the first one has them all. */
export interface BreakerChange {
  readonly isSnapshot: boolean
  readonly breakers: readonly BreakerView[]
  readonly removed: readonly string[]
}

/** Methods and listeners at one moment. */
export interface MethodsSnapshot {
  /** Wall-clock milliseconds of the sidecar. */
  readonly atMs: number
  readonly methods: readonly MethodStatsView[]
  readonly listeners: readonly ListenerView[]
}

/** Calls that ended since the reply before. */
export interface TapBatch {
  readonly events: readonly TapEvent[]
  /** Matching calls that are not shown. */
  readonly dropped: number
}

/** A client of the control API. Every failure is an `InspectorError` with one clear line. */
export class InspectorClient {
  readonly #options: InspectorClientOptions
  readonly #reads: RpcChannel
  #writes: RpcChannel | undefined

  constructor(options: InspectorClientOptions) {
    this.#options = options
    this.#reads = this.#channel(options.address)
  }

  async listBreakers(): Promise<readonly BreakerView[]> {
    const { breakers } = await this.#reads.call(inspectorRpcs.listBreakers, {})
    return breakers.map(fromBreakerMessage)
  }

  /** One breaker with its history. */
  async getBreaker(name: string): Promise<BreakerView> {
    return fromBreakerMessage(await this.#reads.call(inspectorRpcs.getBreaker, { name }))
  }

  /** A snapshot, then changes, those of these names only unless there are none. */
  async *watchBreakers(names: readonly string[] = [], options: WatchOptions = {}): AsyncGenerator<BreakerChange> {
    const request = { names, intervalMs: options.intervalMs ?? 0 }
    for await (const reply of this.#reads.stream(inspectorRpcs.watchBreakers, request, options.signal)) {
      yield { ...reply, breakers: reply.breakers.map(fromBreakerMessage) }
    }
  }

  /** Opens a breaker by hand. Needs the unix socket. */
  tripBreaker(name: string, reason: string): Promise<BreakerView> {
    return this.#change(inspectorRpcs.tripBreaker, { name, reason })
  }

  /** Closes a breaker by hand. Needs the unix socket. */
  resetBreaker(name: string, reason: string): Promise<BreakerView> {
    return this.#change(inspectorRpcs.resetBreaker, { name, reason })
  }

  /** The policy in force, of the methods that match the glob. */
  async listMethods(glob = ''): Promise<readonly MethodView[]> {
    const { methods } = await this.#reads.call(inspectorRpcs.listMethods, { method: glob })
    return methods
  }

  /** Rates and latencies now and at each interval, of the methods that match the glob. */
  async *watchMethods(glob = '', options: WatchOptions = {}): AsyncGenerator<MethodsSnapshot> {
    const request = { method: glob, intervalMs: options.intervalMs ?? 0 }
    for await (const { at, methods, listeners } of this.#reads.stream(
      inspectorRpcs.watchMethods,
      request,
      options.signal,
    )) {
      yield { atMs: fromTimestamp(at), methods, listeners }
    }
  }

  async listBudgets(): Promise<readonly BudgetView[]> {
    const { budgets } = await this.#reads.call(inspectorRpcs.listBudgets, {})
    return budgets
  }

  /** All budgets now and at each interval. */
  async *watchBudgets(options: WatchOptions = {}): AsyncGenerator<readonly BudgetView[]> {
    const request = { intervalMs: options.intervalMs ?? 0 }
    for await (const { budgets } of this.#reads.stream(inspectorRpcs.watchBudgets, request, options.signal)) {
      yield budgets
    }
  }

  /** Calls as they end. */
  async *tap(filter: TapFilter = {}, signal?: AbortSignal): AsyncGenerator<TapBatch> {
    for await (const { events, dropped } of this.#reads.stream(inspectorRpcs.tap, toTapRequest(filter), signal)) {
      yield { events: events.map(fromTapMessage), dropped }
    }
  }

  /** Closes the connections; streams that are open end. */
  close(): void {
    this.#reads.close()
    this.#writes?.close()
  }

  async #change(
    rpc: MethodDefinition<ChangeBreakerRequest, BreakerMessage>,
    request: ChangeBreakerRequest,
  ): Promise<BreakerView> {
    return fromBreakerMessage(await this.#writer().call(rpc, request))
  }

  #writer(): RpcChannel {
    const { socketPath } = this.#options
    if (socketPath === undefined || !existsSync(socketPath)) return this.#reads
    this.#writes ??= this.#channel(`unix:${socketPath}`)
    return this.#writes
  }

  #channel(address: string): RpcChannel {
    return new RpcChannel(address, this.#options.timeoutMs ?? TIMEOUT_MS)
  }
}
