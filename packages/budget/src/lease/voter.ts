import type { Clock } from '@spillway/clock'
import { isCount } from './message.ts'

/** A candidate asks voters for their promise, or for a longer one. */
export interface VoteRequest {
  /** The candidate's incarnation, chosen anew whenever its process starts. */
  readonly candidate: string
  /** Counts the candidate's requests from 1; the answer names it. */
  readonly round: number
  /** The epoch that the candidate holds or means to have. */
  readonly epoch: number
  /** It has the office: the promise is to be a long one. */
  readonly isInOffice: boolean
  /** Incarnation of a leader that has left for good and handed its ledger to this candidate; empty for none. */
  readonly inherits: string
  /** No request: the candidate makes no use of what it was promised before, and gives it back. */
  readonly isRelease: boolean
}

/** A voter's answer. */
export interface Vote {
  readonly voter: string
  readonly candidate: string
  readonly round: number
  readonly isPromised: boolean
  /** Promised: for how long. Otherwise: for how long the voter is bound to somebody else, or silent. In milliseconds. */
  readonly forMs: number
  /** Highest epoch that the voter promised to anybody else. */
  readonly otherEpoch: number
  /** Not promised, because of a candidate without office that may yet give it back: who that is. Else empty. */
  readonly rival: string
}

/** What a voter has promised, for whoever goes on voting in its name. Times in milliseconds from now. */
export interface VoterState {
  readonly promisedTo: string
  readonly round: number
  readonly forMs: number
  readonly isToLeader: boolean
  /** Incarnation of the last leader that has left; empty for none. */
  readonly left: string
  readonly leftForMs: number
  readonly epoch: number
  readonly otherEpoch: number
}

/** How a voter votes. Times in milliseconds. */
export interface VoterConfig {
  readonly name: string
  /** How long a promise to a leader holds at most. */
  readonly ttlMs: number
  /** How long one to a candidate without office does: so long others wait for one who asked and then died. */
  readonly askedMs: number
  /** Largest relative difference between the rates of any two clocks (ρ). */
  readonly drift: number
  /** So long it promises nothing at first: a full `ttlMs` when a forgotten predecessor of that name may have promised. */
  readonly silentMs: number
}

/**
 * A voter (rule S11): promises an office to one candidate at a time, and to nobody else before that time has passed or that
 * candidate has given it back. Keeps nothing on disk; who restarts one makes it silent for a full time to live, in which all
 * that it may have promised before runs out. After PaxosLease (M. Trencseni et al., 2012), with one phase instead of two: who
 * gets no majority gives its promises back and tries again. A refusal names whom that is up to; a voter itself ranks nobody.
 */
export class Voter {
  readonly #config: VoterConfig
  readonly #clock: Clock
  #promisedTo = ''
  /** The promised candidate's latest request: older ones are late, and may have been given back. */
  #round = 0
  #untilMs: number
  #isToLeader = false
  /** A leader that has left: until then only who knows what it granted may follow. */
  #left = { incarnation: '', untilMs: Number.NEGATIVE_INFINITY }
  #epoch = 0
  #otherEpoch = 0

  constructor(config: VoterConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
    this.#untilMs = clock.nowMs() + config.silentMs * (1 + config.drift)
  }

  /** What it has promised. Another one goes on with it: this one promises nothing any more. */
  get state(): VoterState {
    const nowMs = this.#clock.nowMs()
    return {
      promisedTo: this.#promisedTo,
      round: this.#round,
      forMs: Math.max(0, this.#untilMs - nowMs),
      isToLeader: this.#isToLeader,
      left: this.#left.incarnation,
      leftForMs: Math.max(0, this.#left.untilMs - nowMs),
      epoch: this.#epoch,
      otherEpoch: this.#otherEpoch,
    }
  }

  /** Goes on with what a predecessor of that name had promised, told at `sinceMs` or before. */
  goOn(state: VoterState, sinceMs: number): void {
    const { drift } = this.#config
    this.#promisedTo = state.promisedTo
    this.#round = state.round
    this.#untilMs = sinceMs + state.forMs * (1 + drift)
    this.#isToLeader = state.isToLeader
    this.#left = { incarnation: state.left, untilMs: sinceMs + state.leftForMs * (1 + drift) }
    this.#epoch = state.epoch
    this.#otherEpoch = state.otherEpoch
  }

  /**
   * Answers a request; undefined when no answer is due, as to what makes no sense. No promise outlives `deadlineMs`, own monotonic time at which somebody
   * else may become the voter of that name.
   */
  handle(request: VoteRequest, deadlineMs = Number.POSITIVE_INFINITY): Vote | undefined {
    const { candidate, round, epoch, isRelease } = request
    if (candidate === '' || !isCount(round) || !isCount(epoch)) return undefined
    const isHolder = candidate === this.#promisedTo
    if (isHolder && round < this.#round) return undefined
    const nowMs = this.#clock.nowMs()
    if (isRelease) {
      if (isHolder) this.#promise(request, nowMs)
      return undefined
    }
    const freeMs = isHolder ? nowMs : this.#freeMs(request.inherits)
    const answer = { voter: this.#config.name, candidate, round }
    if (freeMs > nowMs) {
      const otherEpoch = Math.max(this.#epoch, this.#otherEpoch)
      return { ...answer, isPromised: false, forMs: freeMs - nowMs, otherEpoch, rival: this.#rival(freeMs, nowMs) }
    }
    if (!isHolder) this.#change(request.inherits)
    const { ttlMs, askedMs, drift } = this.#config
    const forMs = Math.max(0, Math.min(request.isInOffice ? ttlMs : askedMs, (deadlineMs - nowMs) / (1 + drift)))
    // What was promised before stands, should this promise be shorter.
    this.#promise(request, Math.max(isHolder ? this.#untilMs : 0, nowMs + forMs * (1 + drift)))
    return { ...answer, isPromised: true, forMs, otherEpoch: this.#otherEpoch, rival: '' }
  }

  /** When somebody who inherits from that leader, or from nobody, may be promised something. */
  #freeMs(inherits: string): number {
    if (inherits !== '' && inherits === this.#promisedTo) return Number.NEGATIVE_INFINITY
    return inherits === this.#left.incarnation ? this.#untilMs : Math.max(this.#untilMs, this.#left.untilMs)
  }

  /** Who could free this voter before `freeMs`: not who has led, nor a forgotten one during the silence after a start. */
  #rival(freeMs: number, nowMs: number): string {
    const { askedMs, drift } = this.#config
    return this.#isToLeader || freeMs > nowMs + askedMs * (1 + drift) ? '' : this.#promisedTo
  }

  /** Another candidate's turn. What the last one was promised binds all who do not inherit from it, if this one does. */
  #change(inherits: string): void {
    this.#otherEpoch = Math.max(this.#epoch, this.#otherEpoch)
    if (inherits === '' || inherits !== this.#promisedTo) return
    this.#left = { incarnation: inherits, untilMs: Math.max(this.#untilMs, this.#left.untilMs) }
  }

  #promise({ candidate, round, epoch, isInOffice }: VoteRequest, untilMs: number): void {
    this.#promisedTo = candidate
    this.#round = round
    this.#epoch = epoch
    this.#untilMs = untilMs
    this.#isToLeader = isInOffice
  }
}
