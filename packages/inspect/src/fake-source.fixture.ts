import type { InspectorSource, OperatorAction, TapSubscription } from './inspector-source.ts'
import type {
  BreakerView,
  BudgetView,
  ListenerView,
  MethodStatsView,
  MethodView,
  TapEvent,
  TapFilter,
} from './views.ts'

/** A breaker that is closed, in part overridden. */
export function breaker(facts: Partial<BreakerView> = {}): BreakerView {
  return {
    name: 'app/chat.v1.Chat/Generate',
    upstream: 'app',
    method: '/chat.v1.Chat/Generate',
    state: 'closed',
    mode: 'enforce',
    calls: 40,
    failures: 1,
    thresholdPercent: 5,
    minCalls: 20,
    windowMs: 10_000,
    nextProbeMs: undefined,
    fallbackRules: ['cached'],
    lastTransition: undefined,
    history: [],
    ...facts,
  }
}

/** How the method of most tests fares. */
export const STATS: MethodStatsView = {
  direction: 'inbound',
  path: '/chat.v1.Chat/Generate',
  class: 'critical',
  ratePerSecond: 120.5,
  okPercent: 99,
  degradedPercent: 0.5,
  refusedPerSecond: 1,
  answeredPerSecond: 0.5,
  p50Ms: 12,
  p99Ms: 80,
  queueMeanMs: 2,
  queueMaxMs: 30,
  inFlight: 7,
}

/** A call as a tap shows it. */
export const TAPPED: TapEvent = {
  atMs: 1_767_323_045_123,
  direction: 'inbound',
  path: '/chat.v1.Chat/Generate',
  class: 'batch',
  tenantHash: '0123456789ab',
  peer: '10.0.0.7',
  upstream: 'app',
  decision: 'shed_overload',
  rule: '',
  status: 'RESOURCE_EXHAUSTED',
  isOwnStatus: true,
  outcome: 'unsent',
  totalMs: 0.25,
  queuedMs: 0,
  upstreamMs: 0,
}

/** What a sidecar would hold, set by the test. */
export class FakeSource implements InspectorSource {
  rows: BreakerView[] = [breaker(), breaker({ name: 'risk/bank.v1.Risk/Score', upstream: 'risk' })]
  readonly audits: OperatorAction[] = []
  readonly taps: FakeTap[] = []
  readonly #listeners = new Set<() => void>()

  /** Streams of breakers that are subscribed. */
  get breakerWatchers(): number {
    return this.#listeners.size
  }

  /** Replaces a breaker and tells whoever watches. */
  set(view: BreakerView): void {
    this.rows = [...this.rows.filter(({ name }) => name !== view.name), view]
    for (const changed of this.#listeners) changed()
  }

  breakers(): readonly BreakerView[] {
    return this.rows
  }

  watchBreakers(changed: () => void): () => void {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }

  tripBreaker(name: string, reason: string): void {
    const at = { atMs: 1_767_323_045_000, from: 'closed', to: 'open', reason } as const
    this.set(breaker({ name, state: 'open', nextProbeMs: 5_000, lastTransition: at, history: [at] }))
  }

  resetBreaker(name: string): void {
    this.set(breaker({ name }))
  }

  methods(): readonly MethodView[] {
    const values = [{ key: 'priority', value: 'CRITICAL', origin: 'method option', place: 'proto/chat.proto:12' }]
    return [
      { path: '/chat.v1.Chat/Generate', values },
      { path: '/bank.v1.Risk/Score', values: [] },
    ]
  }

  methodStats(): readonly MethodStatsView[] {
    return [STATS, { ...STATS, path: '/bank.v1.Risk/Score' }]
  }

  listeners(): readonly ListenerView[] {
    const queues = [{ class: 'critical', inUse: 5, queued: 2, oldestMs: 12.5 }]
    return [{ direction: 'outbound', upstream: 'risk', limit: 8, inUse: 8, mode: 'enforce', queues }]
  }

  budgets(): readonly BudgetView[] {
    return [
      {
        name: 'scoring',
        mode: 'shadow',
        ratePerSecond: 100,
        burst: 200,
        level: -3.5,
        demandPerSecond: 140,
        grantedTotal: 5_000_000_000,
        refusedTotal: 12,
        region: 'eu-west',
        isShared: true,
        totalRatePerSecond: 1_000,
        totalBurst: 2_000,
        isCutOff: false,
        isStarting: false,
        epoch: 41,
        isAggregator: true,
        isAllocator: false,
        termsEpoch: 3,
        termsRevision: 2,
        termsPhase: 'settled',
        usedTotal: 5_000_000_100,
        usedEver: 7_000_000_000,
        classes: [{ class: 'critical', demandPerSecond: 140, grantedTotal: 5, refusedTotal: 1, usedTotal: 20 }],
      },
    ]
  }

  tap(filter: TapFilter): TapSubscription {
    const tap = new FakeTap(filter)
    this.taps.push(tap)
    return tap
  }

  audit(action: OperatorAction): void {
    this.audits.push(action)
  }
}

/** A subscription that the test fills. */
export class FakeTap implements TapSubscription {
  readonly filter: TapFilter
  readonly events: TapEvent[] = []
  dropped = 0
  isClosed = false

  constructor(filter: TapFilter) {
    this.filter = filter
  }

  take(): TapEvent | undefined {
    return this.events.shift()
  }

  takeDropped(): number {
    const { dropped } = this
    this.dropped = 0
    return dropped
  }

  close(): void {
    this.isClosed = true
  }
}
