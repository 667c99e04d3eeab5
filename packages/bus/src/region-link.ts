import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import {
  RegionNode,
  defaultElectionTimes,
  type Election,
  type KeyRequest,
  type LeaseReport,
  type Reception,
  type RegionNodeConfig,
} from '@spillway/budget'
import type { Clock, Timer } from '@spillway/clock'
import { AdviceDesk, type Advice } from './advice.ts'
import { EpochGuard } from './epoch-guard.ts'
import { LeaderKey } from './leader-key.ts'
import { decodeGrants, decodeReports, encodeGrants, encodeReports } from './lease-codec.ts'
import { lastToken, subject } from './subject.ts'

/** One process that may become its region's aggregator and the allocator. */
export interface RegionLinkConfig extends RegionNodeConfig {
  readonly shard: string
  /** Name of this process that outlives restarts; permissions bind its advisories to it. */
  readonly process: string
  /** JetStream domains that keep the keys of the region's office and of the allocator's; left out, that of the server. */
  readonly domains?: { readonly region: string; readonly allocator: string }
}

const POLL_MS = 20
const ALLOCATE_MS = 50

/**
 * Joins a `RegionNode` to NATS: reports of sidecars and regions in, grants out, elections by a key for each office.
 */
export class RegionLink {
  readonly node: RegionNode
  readonly #config: RegionLinkConfig
  readonly #connection: NatsConnection
  readonly #clock: Clock
  readonly #regionKey: LeaderKey
  readonly #allocatorKey: LeaderKey
  readonly #subscriptions: Subscription[] = []
  readonly #timers = new Set<Timer>()
  readonly #desk: AdviceDesk
  readonly #offices = new Map<string, number>()
  readonly #regionEpochs = new EpochGuard()
  readonly #allocatorEpochs = new EpochGuard()

  /** `onAdvice` hears every advisory that this process also publishes. */
  constructor(
    config: RegionLinkConfig,
    connection: NatsConnection,
    clock: Clock,
    onAdvice: (advice: Advice) => void = () => undefined,
  ) {
    const { region, shard, process } = config
    this.#config = config
    this.#connection = connection
    this.#clock = clock
    this.#desk = new AdviceDesk(region, process, clock, (advice) => {
      onAdvice(advice)
      this.#publish(subject.advice(region, process, advice.kind), Buffer.from(JSON.stringify(advice)))
    })
    this.#regionKey = this.#key(`SPILLWAY_REGION_${region}_${shard}`, config.domains?.region)
    this.#allocatorKey = this.#key(`SPILLWAY_ALLOCATOR_${shard}`, config.domains?.allocator)
    this.node = new RegionNode(
      config,
      {
        toRegionKey: (request) => void this.#ask(this.#regionKey, this.node.regionElection, request),
        toAllocatorKey: (request) => void this.#ask(this.#allocatorKey, this.node.allocatorElection, request),
        toCandidates: (reports) =>
          this.#publish(subject.up(shard, region), encodeReports(reports[0]?.incarnation ?? '', reports)),
        toRegion: (name, grants) => this.#publish(subject.down(shard, name), encodeGrants(grants)),
        toSidecar: (sidecar, grants) => this.#publish(subject.grant(region, shard, sidecar), encodeGrants(grants)),
      },
      clock,
    )
  }

  /** Begins to take part. */
  start(): void {
    const { region, shard } = this.#config
    this.#listen(subject.report(region, shard, '*'), (bytes, from) =>
      this.#takeReports(bytes, from, this.#regionEpochs, (reports) => this.node.receiveFromSidecar(reports)),
    )
    this.#listen(subject.up(shard, '*'), (bytes, from) =>
      this.#takeReports(bytes, from, this.#allocatorEpochs, (reports) => this.node.receiveFromRegion(reports)),
    )
    this.#listen(subject.down(shard, region), (bytes) => this.#takeGrants(bytes))
    this.#every(POLL_MS, () => {
      this.node.poll()
      this.#tellOffices()
    })
    this.#every(ALLOCATE_MS, () => this.node.allocate())
  }

  /** Takes no further part. Offices end by themselves. */
  stop(): void {
    for (const timer of this.#timers) timer.cancel()
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
  }

  #key(bucket: string, domain: string | undefined): LeaderKey {
    const config = { bucket, ttlMs: defaultElectionTimes.ttlMs, ...(domain === undefined ? {} : { domain }) }
    return new LeaderKey(config, this.#connection, (error) =>
      this.#desk.raise({
        kind: 'store',
        about: bucket,
        detail: error instanceof Error ? error.message : String(error),
      }),
    )
  }

  #takeReports(
    bytes: Uint8Array,
    from: string,
    epochs: EpochGuard,
    receive: (reports: LeaseReport[]) => readonly Reception[],
  ): void {
    const all = decodeReports(bytes, from)
    if (!all) return this.#desk.raise({ kind: 'unreadable', about: from })
    const reports = all.filter(({ ack }) => ack === undefined || epochs.admits(ack.epoch))
    if (reports.length < all.length) this.#desk.raise({ kind: 'malformed', about: from, detail: 'impossible epoch' })
    for (const [index, kind] of receive(reports).entries()) {
      if (kind !== 'taken') this.#desk.raise({ kind, about: from, budget: reports[index]?.budget ?? '' })
    }
  }

  #takeGrants(bytes: Uint8Array): void {
    const { region } = this.#config
    const all = decodeGrants(bytes, region)
    if (!all) return this.#desk.raise({ kind: 'unreadable', about: region })
    const grants = all.filter(({ epoch }) => this.#allocatorEpochs.admits(epoch))
    if (grants.length < all.length) this.#desk.raise({ kind: 'malformed', about: region, detail: 'impossible epoch' })
    for (const [index, kind] of this.node.accept(grants).entries()) {
      const grant = grants[index]
      if (kind !== 'applied' && grant) this.#desk.raise({ kind, about: grant.grantor, budget: grant.budget })
    }
  }

  /** Says when an office was taken or lost since the last look. */
  #tellOffices(): void {
    const { regionElection, allocatorElection } = this.node
    for (const [name, office] of [
      ['aggregator', regionElection.office],
      ['allocator', allocatorElection.office],
    ] as const) {
      const epoch = office?.epoch ?? 0
      if (epoch === (this.#offices.get(name) ?? 0)) continue
      this.#offices.set(name, epoch)
      this.#desk.raise({ kind: 'office', about: name, detail: epoch > 0 ? `taken, epoch ${epoch}` : 'lost' })
    }
  }

  #listen(name: string, receive: (bytes: Uint8Array, from: string) => void): void {
    const subscription = this.#connection.subscribe(name, {
      callback: (error, message) => {
        if (!error) receive(message.data, lastToken(message.subject))
      },
    })
    this.#subscriptions.push(subscription)
  }

  #publish(name: string, bytes: Uint8Array): void {
    if (!this.#connection.isClosed()) this.#connection.publish(name, bytes)
  }

  async #ask(key: LeaderKey, election: Election, request: KeyRequest): Promise<void> {
    election.answered(await key.ask(request))
  }

  #every(intervalMs: number, task: () => void): void {
    const timer = this.#clock.schedule(intervalMs, () => {
      this.#timers.delete(timer)
      task()
      this.#every(intervalMs, task)
    })
    this.#timers.add(timer)
  }
}
