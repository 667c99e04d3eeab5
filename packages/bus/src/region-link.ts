import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import {
  RegionNode,
  defaultKeyElectionTimes,
  type HandOver,
  type KeyRequest,
  type LeaseReport,
  type Reception,
  type RegionNodeConfig,
  type Vote,
} from '@spillway/budget'
import type { Clock, Random, Timer } from '@spillway/clock'
import { AdviceDesk, type Advice } from './advice.ts'
import { EpochGuard } from './epoch-guard.ts'
import { LeaderKey } from './leader-key.ts'
import { decodeGrants, decodeReports, encodeGrants, encodeReports } from './lease-codec.ts'
import { lastToken, subject } from './subject.ts'
import { decodeSuccession, encodeSuccession } from './succession-codec.ts'
import { TermsWatch } from './terms-watch.ts'
import {
  decodeHandOver,
  decodeVote,
  decodeVoteRequest,
  encodeHandOver,
  encodeVote,
  encodeVoteRequest,
} from './vote-codec.ts'

/** One process that may become its region's aggregator and the allocator. */
export interface RegionLinkConfig extends RegionNodeConfig {
  readonly shard: string
  /** Name of this process that outlives restarts; permissions bind its advisories and candidacies to it. */
  readonly process: string
  /** JetStream domain that keeps the key of the region's office, if nobody votes on it; left out, that of the server. */
  readonly domain?: string
}

const POLL_MS = 20
const ALLOCATE_MS = 50
const WATCH_MS = 250

/**
 * Joins a `RegionNode` to NATS: reports of sidecars and regions in, grants out; elections by votes over core NATS, and that to the
 * region's office by a key in JetStream where no voters are named.
 */
export class RegionLink {
  readonly node: RegionNode
  readonly #config: RegionLinkConfig
  readonly #connection: NatsConnection
  readonly #clock: Clock
  readonly #regionKey: LeaderKey
  readonly #subscriptions: Subscription[] = []
  readonly #timers = new Set<Timer>()
  readonly #desk: AdviceDesk
  readonly #offices = new Map<string, number>()
  readonly #termsWatch: TermsWatch
  readonly #regionEpochs = new EpochGuard()
  readonly #allocatorEpochs = new EpochGuard()

  /** `onAdvice` hears every advisory that this process also publishes. */
  constructor(
    config: RegionLinkConfig,
    connection: NatsConnection,
    clock: Clock,
    random: Random,
    onAdvice: (advice: Advice) => void = () => undefined,
  ) {
    const { region, shard, process } = config
    this.#config = config
    this.#connection = connection
    this.#clock = clock
    this.#termsWatch = new TermsWatch(region)
    this.#desk = new AdviceDesk(region, process, clock, (advice) => {
      onAdvice(advice)
      this.#publish(subject.advice(region, process, advice.kind), Buffer.from(JSON.stringify(advice)))
    })
    this.#regionKey = this.#key(`SPILLWAY_REGION_${region}_${shard}`, config.domain)
    this.node = new RegionNode(
      config,
      {
        toRegionKey: (request) => void this.#ask(request),
        toRegionVoters: (request) =>
          this.#publish(subject.regionVote(region, shard, process), encodeVoteRequest(request)),
        toAllRegions: (request) => this.#publish(subject.vote(shard, region), encodeVoteRequest(request)),
        handOver: (handOver) => this.#handOver(handOver),
        toOwnRegion: (message) => this.#publish(subject.succession(region, shard, process), encodeSuccession(message)),
        toCandidates: (reports) => {
          // Budgets that were inherited are held under their predecessor's name.
          for (const [incarnation, own] of Map.groupBy(reports, (report) => report.incarnation))
            this.#publish(subject.up(shard, region), encodeReports(incarnation, own))
        },
        toRegion: (name, grants) => this.#publish(subject.down(shard, name), encodeGrants(grants)),
        toSidecar: (sidecar, grants) => this.#publish(subject.grant(region, shard, sidecar), encodeGrants(grants)),
      },
      clock,
      random,
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
    this.#listen(subject.vote(shard, '*'), (bytes, from) => this.#vote(bytes, from))
    this.#listen(subject.promise(shard, region, '*'), (bytes, from) =>
      this.#takeVote(bytes, from, this.#allocatorEpochs, (vote) => this.node.receiveVote(vote)),
    )
    this.#listen(subject.regionPromise(region, shard, this.#config.process, '*'), (bytes, from) =>
      this.#takeVote(bytes, from, this.#regionEpochs, (vote) => this.node.receiveRegionVote(vote)),
    )
    this.#listen(subject.leave(shard, '*'), (bytes, from) => this.#inherit(bytes, from))
    this.#listen(subject.succession(region, shard, '*'), (bytes, from) => this.#succeed(bytes, from))
    this.#every(POLL_MS, () => {
      this.node.poll()
      this.#tellOffices()
    })
    this.#every(ALLOCATE_MS, () => this.node.allocate())
    this.#every(WATCH_MS, () => {
      for (const facts of this.#termsWatch.look(this.node.conflicts())) this.#desk.raise(facts)
    })
  }

  /** Takes no further part. Offices end by themselves. */
  stop(): void {
    for (const timer of this.#timers) timer.cancel()
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
  }

  #key(bucket: string, domain: string | undefined): LeaderKey {
    const config = { bucket, ttlMs: defaultKeyElectionTimes.ttlMs, ...(domain === undefined ? {} : { domain }) }
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

  #vote(bytes: Uint8Array, from: string): void {
    const { region, shard } = this.#config
    const request = decodeVoteRequest(bytes)
    if (!request) return this.#desk.raise({ kind: 'unreadable', about: from })
    if (!this.#admits(request.epoch, this.#allocatorEpochs, from)) return
    const vote = this.node.vote(request)
    if (vote) this.#publish(subject.promise(shard, from, region), encodeVote(vote))
  }

  #takeVote(bytes: Uint8Array, from: string, epochs: EpochGuard, receive: (vote: Vote) => void): void {
    const vote = decodeVote(bytes, from)
    if (!vote) return this.#desk.raise({ kind: 'unreadable', about: from })
    if (this.#admits(vote.otherEpoch, epochs, from)) receive(vote)
  }

  #handOver(handOver: HandOver): void {
    const { region, shard } = this.#config
    const bytes = encodeHandOver(handOver)
    if (bytes) this.#publish(subject.leave(shard, region), bytes)
  }

  #inherit(bytes: Uint8Array, from: string): void {
    const handOver = decodeHandOver(bytes)
    if (!handOver) return this.#desk.raise({ kind: 'unreadable', about: from })
    if (this.#admits(handOver.epoch, this.#allocatorEpochs, from)) this.node.receiveHandOver(handOver)
  }

  #succeed(bytes: Uint8Array, from: string): void {
    if (from === this.#config.process) return
    const message = decodeSuccession(bytes)
    if (!message) return this.#desk.raise({ kind: 'unreadable', about: from })
    if (message.kind !== 'claim' && !this.#admits(message.epoch, this.#regionEpochs, from)) return
    this.node.receiveSuccession(message)
  }

  #admits(epoch: number, epochs: EpochGuard, from: string): boolean {
    const isPossible = epochs.admits(epoch)
    if (!isPossible) this.#desk.raise({ kind: 'malformed', about: from, detail: 'impossible epoch' })
    return isPossible
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

  async #ask(request: KeyRequest): Promise<void> {
    this.node.receiveKeyAnswer(await this.#regionKey.ask(request))
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
