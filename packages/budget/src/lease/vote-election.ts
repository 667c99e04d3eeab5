import type { Clock, Random } from '@spillway/clock'
import { isAmount, isCount } from './message.ts'
import type { Leave, Office, OfficeElection } from './office.ts'
import { Quorum } from './quorum.ts'
import type { Vote, VoteRequest } from './voter.ts'

/** How an election by votes is timed, in milliseconds. */
export interface VoteElectionConfig {
  /** The candidate's incarnation, chosen anew whenever its process starts. */
  readonly candidate: string
  /** The named voters; see {@link Quorum}. */
  readonly voters: readonly string[]
  /** Time between two requests of a leader. */
  readonly renewMs: number
  /** How long a candidate waits for votes: longer than any round trip. */
  readonly roundMs: number
  /** How long a voter is bound to a candidate without office; see `VoterConfig`. */
  readonly askedMs: number
  /** Largest relative difference between the rates of any two clocks (ρ). */
  readonly drift: number
}

/**
 * Defaults beside the type; `ttlMs` is how long voters promise. Shorter than an office by a key, since no store has to fail over
 * meanwhile: a successor is elected within 11 s even when two candidates came at once and had to begin again.
 */
export const defaultVoteTimes = { ttlMs: 8_000, renewMs: 2_000, askedMs: 1_500, roundMs: 500, drift: 0.02 } as const

/** Requests whose answers still count. */
const REMEMBERED_ROUNDS = 8

interface Sent {
  readonly epoch: number
  readonly atMs: number
  readonly atWallMs: number
}

/** Until when a voter's promise holds, on both of the candidate's clocks. */
interface Promised {
  readonly untilMs: number
  readonly untilWallMs: number
}

/**
 * A candidate in an election by votes (rule S11): holds the office while a quorum of the named voters has promised it, each
 * promise counted from the sending of the request that it answers. No store is part of the argument: two quorums share a voter,
 * and that voter waits. The epoch is one more than any that the quorum or anybody else has heard of (S4), and no less than the
 * seconds of the wall clock, so that voters which all forgot do not give one out twice.
 */
export class VoteElection implements OfficeElection {
  readonly #config: VoteElectionConfig
  readonly #quorum: Quorum
  readonly #clock: Clock
  readonly #random: Random
  #state: 'following' | 'asking' | 'leading' = 'following'
  #epoch = 0
  #highestEpoch = 0
  #rounds = 0
  readonly #sent = new Map<number, Sent>()
  readonly #promises = new Map<string, Promised>()
  /** Own monotonic time at which each voter that answered can promise us something. */
  readonly #freeMs = new Map<string, number>()
  #untilMs = Number.NEGATIVE_INFINITY
  #untilWallMs = Number.NEGATIVE_INFINITY
  #nextMs = 0
  /** What was granted in an earlier office of ours may be in force until then. */
  #notBeforeMs = Number.NEGATIVE_INFINITY
  #isRetiring = false
  #inherits = ''

  constructor(config: VoteElectionConfig, clock: Clock, random: Random) {
    this.#config = config
    this.#quorum = new Quorum(config.voters)
    this.#clock = clock
    this.#random = random
  }

  get office(): Office | undefined {
    if (this.#state !== 'leading') return undefined
    const nowMs = this.#clock.nowMs()
    const deadlineMs = Math.min(this.#untilMs, nowMs + this.#untilWallMs - this.#clock.wallMs())
    return nowMs < deadlineMs ? { epoch: this.#epoch, deadlineMs } : undefined
  }

  sawEpoch(epoch: number): void {
    this.#highestEpoch = Math.max(this.#highestEpoch, epoch)
    if (this.#state === 'leading' && epoch > this.#epoch) this.#follow()
  }

  /** Asks this candidate to leave; see {@link takeLeave}. It never stands again. */
  retire(): void {
    this.#isRetiring = true
  }

  /** Leaves office for good once {@link retire} was called; undefined before that, and without office. */
  takeLeave(): Leave | undefined {
    if (!this.#isRetiring || !this.office) return undefined
    this.#follow()
    return { incarnation: this.#config.candidate, epoch: this.#epoch }
  }

  /**
   * A leader has left, and all that it had granted is known here, and booked until it has expired: voters break their promise to it
   * for who inherits. False when this candidate has no use for it.
   */
  inherit({ incarnation, epoch }: Leave): boolean {
    if (this.#isRetiring || this.#state === 'leading') return false
    const nowMs = this.#clock.nowMs()
    this.#highestEpoch = Math.max(this.#highestEpoch, epoch)
    this.#inherits = incarnation
    for (const voter of this.#freeMs.keys()) this.#freeMs.set(voter, nowMs)
    this.#nextMs = nowMs + 0.25 * this.#jitterMs()
    return true
  }

  /** The request to send to every voter now, or undefined. Only who `mayStand` begins. To be asked every 20 to 100 ms. */
  poll(mayStand: boolean): VoteRequest | undefined {
    const nowMs = this.#clock.nowMs()
    if (this.#state === 'leading' && !this.office) this.#follow()
    if (this.#isRetiring) return this.#state === 'asking' ? this.#giveUp(nowMs, nowMs) : undefined
    if (nowMs < this.#nextMs) return undefined
    if (this.#state === 'leading') {
      this.#nextMs = nowMs + this.#config.renewMs
      return this.#request(nowMs)
    }
    if (nowMs < this.#notBeforeMs) return undefined
    if (this.#state === 'asking') {
      const freeMs = this.#quorum.momentMs(this.#freeMs)
      if (freeMs > nowMs + this.#config.roundMs) return this.#giveUp(nowMs, freeMs)
      // What is missing is free soon: until then keeps what is promised.
      if (freeMs > nowMs) return this.#waitUntil(freeMs)
    } else if (!mayStand) return undefined
    else this.#begin()
    this.#nextMs = nowMs + this.#config.roundMs
    return this.#request(nowMs)
  }

  /** A vote arrived. Late and doubled ones, and those of strangers, count for nothing. */
  answered({ voter, candidate, round, isPromised, forMs, otherEpoch }: Vote): void {
    const sent = this.#sent.get(round)
    if (!sent || candidate !== this.#config.candidate || !this.#quorum.has(voter)) return
    if (!isAmount(forMs) || !isCount(otherEpoch)) return
    const nowMs = this.#clock.nowMs()
    this.#highestEpoch = Math.max(this.#highestEpoch, otherEpoch)
    this.#freeMs.set(voter, isPromised ? nowMs : nowMs + forMs)
    // Somebody else was promised this epoch before: whoever promises it to us must hear a higher one.
    if (isPromised && this.#state === 'asking' && this.#highestEpoch >= this.#epoch) return this.#follow()
    if (isPromised && sent.epoch === this.#epoch) this.#count(voter, sent, forMs)
    if (this.#state === 'asking' && this.#freeMs.size === this.#quorum.size) this.#nextMs = nowMs
  }

  #count(voter: string, { atMs, atWallMs }: Sent, forMs: number): void {
    const heldMs = forMs * (1 - this.#config.drift)
    const before = this.#promises.get(voter)
    if (!before || before.untilMs < atMs + heldMs) {
      this.#promises.set(voter, { untilMs: atMs + heldMs, untilWallMs: atWallMs + heldMs })
    }
    const held = [...this.#promises]
    // Promises end one by one: a quorum stands until the moment that, looking back, first had one.
    const untilMs = -this.#quorum.momentMs(held.map(([name, promise]) => [name, -promise.untilMs]))
    if (untilMs <= this.#clock.nowMs()) return
    this.#untilMs = untilMs
    this.#untilWallMs = -this.#quorum.momentMs(held.map(([name, promise]) => [name, -promise.untilWallMs]))
    if (this.#state === 'leading') return
    // The promises so far are short ones: asks for long ones at once.
    this.#state = 'leading'
    this.#nextMs = this.#clock.nowMs()
  }

  #request(nowMs: number, isRelease = false): VoteRequest {
    const round = ++this.#rounds
    const epoch = this.#epoch
    if (!isRelease) this.#sent.set(round, { epoch, atMs: nowMs, atWallMs: this.#clock.wallMs() })
    this.#sent.delete(round - REMEMBERED_ROUNDS)
    const isInOffice = this.#state === 'leading'
    return { candidate: this.#config.candidate, round, epoch, isInOffice, inherits: this.#inherits, isRelease }
  }

  #begin(): void {
    this.#state = 'asking'
    this.#epoch = 1 + Math.max(this.#highestEpoch, this.#epoch, Math.floor(this.#clock.wallMs() / 1_000))
  }

  /** No quorum before long: gives back what was promised, so that another candidate may have it, and comes back later. */
  #giveUp(nowMs: number, freeMs: number): VoteRequest {
    // Voters that did not answer may next time; those bound to a mere candidate are about to be given back by it.
    const isLed = freeMs > nowMs + this.#config.askedMs && freeMs < Number.POSITIVE_INFINITY
    this.#follow()
    this.#nextMs = (isLed ? freeMs : nowMs) + this.#jitterMs()
    return this.#request(nowMs, true)
  }

  #waitUntil(freeMs: number): undefined {
    this.#nextMs = freeMs
  }

  /** Drops all promises; may begin anew at once, but for what it granted in office. */
  #follow(): void {
    if (this.#state === 'leading') this.#notBeforeMs = this.#untilMs
    this.#state = 'following'
    this.#nextMs = 0
    this.#sent.clear()
    this.#promises.clear()
    this.#freeMs.clear()
  }

  #jitterMs(): number {
    return this.#config.roundMs * this.#random.next()
  }
}
