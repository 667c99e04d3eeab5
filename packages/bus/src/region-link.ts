import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import {
  RegionNode,
  defaultElectionTimes,
  type Election,
  type KeyRequest,
  type RegionNodeConfig,
} from '@spillway/budget'
import type { Clock, Timer } from '@spillway/clock'
import { LeaderKey } from './leader-key.ts'
import { decodeGrants, decodeReports, encodeGrants, encodeReports } from './lease-codec.ts'
import { lastToken, subject } from './subject.ts'

/** One process that may become its region's aggregator and the allocator. */
export interface RegionLinkConfig extends RegionNodeConfig {
  readonly shard: string
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

  constructor(config: RegionLinkConfig, connection: NatsConnection, clock: Clock) {
    const { region, shard } = config
    this.#config = config
    this.#connection = connection
    this.#clock = clock
    this.#regionKey = new LeaderKey(connection, `SPILLWAY_REGION_${region}_${shard}`, defaultElectionTimes.ttlMs)
    this.#allocatorKey = new LeaderKey(connection, `SPILLWAY_ALLOCATOR_${shard}`, defaultElectionTimes.ttlMs)
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
    this.#listen(subject.report(region, shard, '*'), (bytes, from) => {
      const reports = decodeReports(bytes, from)
      if (reports) this.node.receiveFromSidecar(reports)
    })
    this.#listen(subject.up(shard, '*'), (bytes, from) => {
      const reports = decodeReports(bytes, from)
      if (reports) this.node.receiveFromRegion(reports)
    })
    this.#listen(subject.down(shard, region), (bytes) => {
      const grants = decodeGrants(bytes, region)
      if (grants) this.node.accept(grants)
    })
    this.#every(POLL_MS, () => this.node.poll())
    this.#every(ALLOCATE_MS, () => this.node.allocate())
  }

  /** Takes no further part. Offices end by themselves. */
  stop(): void {
    for (const timer of this.#timers) timer.cancel()
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
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
