import type { Clock, Random } from '@spillway/clock'
import type { Office } from './election.ts'

/** A candidate asks a voter for its promise, or for a longer one. */
export interface VoteRequest {
  readonly candidate: string
  /** Counts the candidate's rounds; the answer names it. */
  readonly round: number
  /** 0 to ask for a promise; the epoch to be, once a majority has promised. */
  readonly epoch: number
}

/** A voter's answer. */
export interface Vote {
  readonly voter: string
  readonly round: number
  readonly isPromised: boolean
  /** Highest epoch that the voter has heard of. */
  readonly highestEpoch: number
}

/** How a strict election is timed, in milliseconds. */
export interface StrictElectionConfig {
  /** The candidate's incarnation, chosen anew whenever its process starts. */
  readonly candidate: string
  /** The named voters. More than half of them must promise. */
  readonly voters: readonly string[]
  /** How long a promise holds. */
  readonly ttlMs: number
  /** Time between two rounds. */
  readonly renewMs: number
  /** Largest relative difference between the rates of any two clocks (ρ). */
  readonly drift: number
}

/**
 * A voter of strict elections (rule S11): promises to one candidate at a time not to promise to another before a time to live has
 * passed. Keeps nothing on disk; so it is silent for a full time to live after each start, in which all that it may have promised
 * before runs out. After PaxosLease (M. Trencseni et al., 2012), without its two phases: who gets no majority waits.
 */
export class Voter {
  readonly #name: string
  readonly #clock: Clock
  readonly #heldMs: number
  #promisedTo: string | undefined
  #untilMs: number
  #highestEpoch = 0

  constructor(name: string, ttlMs: number, drift: number, clock: Clock) {
    this.#name = name
    this.#clock = clock
    this.#heldMs = ttlMs * (1 + drift)
    this.#untilMs = clock.nowMs() + this.#heldMs
  }

  /** Answers a request. */
  handle({ candidate, round, epoch }: VoteRequest): Vote {
    const nowMs = this.#clock.nowMs()
    const isPromised = candidate === this.#promisedTo || nowMs >= this.#untilMs
    if (isPromised) {
      this.#promisedTo = candidate
      this.#untilMs = nowMs + this.#heldMs
      this.#highestEpoch = Math.max(this.#highestEpoch, epoch)
    }
    return { voter: this.#name, round, isPromised, highestEpoch: this.#highestEpoch }
  }
}

/** A round of votes that is under way. */
interface Round {
  readonly number: number
  readonly epoch: number
  readonly sentMs: number
  readonly sentWallMs: number
  readonly promisedBy: Set<string>
}

/**
 * A candidate in a strict election: holds the office while more than half of the named voters have promised it, counted from the
 * sending of the round of requests that they answered. No store is part of the argument: two majorities share a voter, and that
 * voter waits. The epoch is one more than any that a majority or anybody else has heard of.
 */
export class StrictElection {
  readonly #config: StrictElectionConfig
  readonly #clock: Clock
  readonly #random: Random
  #round: Round | undefined
  #rounds = 0
  #highestEpoch = 0
  /** Epoch to ask for next; 0 until a majority has promised. */
  #epoch = 0
  #untilMs = Number.NEGATIVE_INFINITY
  #untilWallMs = Number.NEGATIVE_INFINITY
  #office: Office | undefined
  #nextMs = 0

  constructor(config: StrictElectionConfig, clock: Clock, random: Random) {
    this.#config = config
    this.#clock = clock
    this.#random = random
  }

  /** The office held now, or undefined. Ends with the first of the two clocks (S10). */
  get office(): Office | undefined {
    if (!this.#office) return undefined
    const nowMs = this.#clock.nowMs()
    const deadlineMs = Math.min(this.#untilMs, nowMs + this.#untilWallMs - this.#clock.wallMs())
    return nowMs < deadlineMs ? { epoch: this.#office.epoch, deadlineMs } : undefined
  }

  /** Somebody used that epoch: ours must be higher. A leader that learns of a higher one steps down. */
  sawEpoch(epoch: number): void {
    this.#highestEpoch = Math.max(this.#highestEpoch, epoch)
    if (epoch > this.#epoch) this.#stepDown()
  }

  /** The request to send to every voter right now, or undefined. To be asked every 50 to 100 ms. */
  poll(): VoteRequest | undefined {
    const nowMs = this.#clock.nowMs()
    if (this.#epoch > 0 && !this.office && nowMs >= this.#untilMs) this.#stepDown()
    if (nowMs < this.#nextMs) return undefined
    if (this.#round && this.#epoch === 0) return this.#backOff(nowMs)
    this.#nextMs = nowMs + this.#config.renewMs
    const number = ++this.#rounds
    const epoch = this.#epoch
    this.#round = { number, epoch, sentMs: nowMs, sentWallMs: this.#clock.wallMs(), promisedBy: new Set() }
    return { candidate: this.#config.candidate, round: number, epoch }
  }

  /** A vote arrived. Late and doubled ones, and those of strangers, count for nothing. */
  answered({ voter, round, isPromised, highestEpoch }: Vote): void {
    const { voters, ttlMs, drift } = this.#config
    const current = this.#round
    if (!current || round !== current.number || !voters.includes(voter)) return
    this.#highestEpoch = Math.max(this.#highestEpoch, highestEpoch)
    if (isPromised) current.promisedBy.add(voter)
    if (2 * current.promisedBy.size <= voters.length) return
    const heldMs = ttlMs * (1 - drift)
    this.#round = undefined
    this.#untilMs = current.sentMs + heldMs
    this.#untilWallMs = current.sentWallMs + heldMs
    if (current.epoch > 0 && current.epoch >= this.#highestEpoch) {
      this.#office = { epoch: current.epoch, deadlineMs: this.#untilMs }
      return
    }
    // A majority has promised: tell it the epoch before it is used (S4).
    this.#epoch = 1 + this.#highestEpoch
    this.#office = undefined
    this.#nextMs = this.#clock.nowMs()
  }

  /** No majority: asks nobody for a while, so that promises to several candidates run out and one of them comes first. */
  #backOff(nowMs: number): undefined {
    this.#round = undefined
    this.#nextMs = nowMs + this.#config.ttlMs * (0.5 + this.#random.next())
  }

  #stepDown(): void {
    this.#epoch = 0
    this.#office = undefined
  }
}
