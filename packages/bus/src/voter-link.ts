import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { Voter, defaultVoteTimes } from '@spillway/budget'
import type { Clock } from '@spillway/clock'
import { AdviceDesk, type Advice } from './advice.ts'
import { EpochGuard } from './epoch-guard.ts'
import { lastToken, subject } from './subject.ts'
import { decodeVoteRequest, encodeVote } from './vote-codec.ts'

/** Who votes on the aggregator of a region. */
export interface VoterLinkConfig {
  readonly region: string
  readonly shard: string
  /** Name among the voters; it outlives restarts, and permissions bind the votes to it. */
  readonly voter: string
  /** Largest relative difference between the rates of any two clocks (ρ). */
  readonly drift: number
}

/**
 * Joins a `Voter` of a region's aggregator to NATS. Any process may be one, a sidecar too. Make one for each start of the process
 * and name: it promises nothing at first, until all that its predecessor may have promised has run out.
 */
export class VoterLink {
  readonly #config: VoterLinkConfig
  readonly #connection: NatsConnection
  readonly #voter: Voter
  readonly #epochs = new EpochGuard()
  readonly #desk: AdviceDesk
  #subscription: Subscription | undefined

  /** `onAdvice` hears every advisory that this voter also publishes. */
  constructor(
    config: VoterLinkConfig,
    connection: NatsConnection,
    clock: Clock,
    onAdvice: (advice: Advice) => void = () => undefined,
  ) {
    const { region, voter, drift } = config
    this.#config = config
    this.#connection = connection
    this.#voter = new Voter({ ...defaultVoteTimes, name: voter, drift, silentMs: defaultVoteTimes.ttlMs }, clock)
    this.#desk = new AdviceDesk(region, voter, clock, (advice) => {
      onAdvice(advice)
      this.#publish(subject.advice(region, voter, advice.kind), Buffer.from(JSON.stringify(advice)))
    })
  }

  /** Begins to answer. */
  start(): void {
    const { region, shard } = this.#config
    this.#subscription = this.#connection.subscribe(subject.regionVote(region, shard, '*'), {
      callback: (error, message) => {
        if (!error) this.#answer(message.data, lastToken(message.subject))
      },
    })
  }

  /** Answers nothing more; the connection stays open. */
  stop(): void {
    this.#subscription?.unsubscribe()
  }

  #answer(bytes: Uint8Array, from: string): void {
    const { region, shard, voter } = this.#config
    const request = decodeVoteRequest(bytes)
    if (!request) return this.#desk.raise({ kind: 'unreadable', about: from })
    if (!this.#epochs.admits(request.epoch)) return this.#desk.raise({ kind: 'malformed', about: from })
    const vote = this.#voter.handle(request)
    if (vote) this.#publish(subject.regionPromise(region, shard, from, voter), encodeVote(vote))
  }

  #publish(name: string, bytes: Uint8Array): void {
    if (!this.#connection.isClosed()) this.#connection.publish(name, bytes)
  }
}
