import type { Clock, Random } from '@spillway/clock'
import { isAmount, isCount } from './message.ts'
import type { HeirTime, Leave, Office, OfficeElection, RegionLeave } from './office.ts'
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
  /** How long a candidate waits for votes before it asks again. Two rounds are longer than any round trip. */
  readonly roundMs: number
  /** How long a voter is bound to a candidate without office; see `VoterConfig`. */
  readonly askedMs: number
  /** Largest relative difference between the rates of any two clocks (ρ). */
  readonly drift: number
}

/**
 * Defaults beside the type; `ttlMs` is how long voters promise. Shorter than an office by a key, since no store has to fail over
 * meanwhile: a successor is elected within 11 s even when all of fifty candidates come at once.
 */
export const defaultVoteTimes = { ttlMs: 8_000, renewMs: 2_000, askedMs: 1_500, roundMs: 250, drift: 0.02 } as const

/** Requests whose answers still count. */
const REMEMBERED_ROUNDS = 8

/** So many rounds a candidate that is not heard pauses at most. */
const LONGEST_BREAK = 8

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
 * promise counted from the sending of the request that it answers. No store is part of the argument.
 *
 * Safety, as in PaxosLease. Two quorums share a voter. That voter promises to one candidate at a time, counts each promise from
 * later on than the candidate does and by `drift` longer, and promises to another one only after that time or after it was given
 * back. So two offices overlap only if a promise is given back and used. Only who is asking gives back, before it ever had the
 * office under these promises: it forgets them, and all requests that could still bring one, before it says so; and no voter
 * heeds a giving back that is older than the request that it promised last. A leader gives back nothing, but to an heir of its
 * ledger, and asks anew only when its office is over.
 *
 * Epochs (S4) are one more than any that this candidate has heard of, and no less than the seconds of the wall clock, so that
 * voters which all forgot do not give one out twice. A promise counts only if the voter has promised no such epoch, nor a higher
 * one, to anybody else: of two offices in a row the later one has the higher epoch, by the voter that both share. Who raises its
 * epoch therefore begins to count anew.
 *
 * Progress. Of many that stand at once none may get a quorum. A refusal names the candidate that the voter is bound to. Who sees
 * that it cannot win this round, and hears of one whose name sorts before its own, gives everything back at once and leaves the
 * others a while; who hears of lesser names only goes on asking. So all promises end up with the first name among those that
 * hold any. Who overhears a candidate before it has begun itself lets it go first, which keeps the crowd small; who overhears a
 * leader asks nobody. None of that is stopped by a candidate that asks and hears nothing: unless a quorum answers, it gives back
 * too, and its pauses double. Nothing here is needed for safety: names may be lies, and refusals lost.
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
  /** A voter is bound to a candidate that ranks before us. */
  #isOutranked = false
  /** A voter had promised our epoch, or a higher one, to somebody else. */
  #isOutnumbered = false
  /** Let somebody else go first since it last stood. */
  #hasDeferred = false
  /** Rounds in a row that too few voters answered. */
  #unheard = 0
  #isRetiring = false
  #inherits = ''
  #heirTime: HeirTime | undefined

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

  get isHeir(): boolean {
    return this.#state === 'leading' && this.#heirTime !== undefined
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

  /** Leaves office for good, for an heir. */
  leave(): RegionLeave | undefined {
    if (!this.office) return undefined
    this.retire()
    const left = this.takeLeave()
    return left && { ...left, revision: 0 }
  }

  /**
   * A leader has left, and all that it had granted is known here: voters break their promise to it for who inherits. It is booked until
   * it has expired; or, with `until`, used only by an office that is won in time. False when this candidate has no use for it.
   */
  inherit({ incarnation, epoch }: Leave, until?: HeirTime): boolean {
    if (this.#isRetiring || this.#state === 'leading') return false
    const nowMs = this.#clock.nowMs()
    this.#highestEpoch = Math.max(this.#highestEpoch, epoch)
    this.#follow()
    this.#inherits = incarnation
    this.#heirTime = until
    this.#nextMs = nowMs + 0.5 * this.#jitterMs()
    return true
  }

  /**
   * Another candidate asks the voter of this process, which answers `vote`. Who has not begun to stand does not while that voter
   * is bound to a leader, and lets a mere candidate go first; once, since that one may hear nobody.
   */
  overheard({ candidate, isInOffice, isRelease }: VoteRequest, vote: Vote | undefined): void {
    if (this.#state !== 'following' || isRelease || candidate === this.#config.candidate) return
    const { askedMs, drift } = this.#config
    if (!isInOffice) {
      if (!this.#hasDeferred) this.#defer(askedMs)
      this.#hasDeferred = true
    } else if (vote?.isPromised) this.#defer(vote.forMs * (1 + drift))
  }

  /** The request to send to every voter now, or undefined. Only who `mayStand` begins. To be asked every 20 to 100 ms. */
  poll(mayStand: boolean): VoteRequest | undefined {
    const nowMs = this.#clock.nowMs()
    if (this.#state === 'leading' ? !this.office : this.#isTooLate) this.#follow()
    if (this.#isRetiring) return this.#state === 'asking' ? this.#giveUp(nowMs) : undefined
    if (nowMs < this.#nextMs) return undefined
    if (this.#state === 'leading') {
      this.#nextMs = nowMs + this.#config.renewMs
      return this.#request(nowMs)
    }
    if (this.#state === 'asking') return this.#goOn(nowMs)
    if (nowMs < this.#notBeforeMs || !mayStand) return undefined
    this.#state = 'asking'
    this.#hasDeferred = false
    this.#raiseEpoch()
    return this.#ask(nowMs)
  }

  /** A vote arrived. Late and doubled ones, and those of strangers, count for nothing. */
  answered({ voter, candidate, round, isPromised, forMs, otherEpoch, rival }: Vote): void {
    const sent = this.#sent.get(round)
    if (!sent || candidate !== this.#config.candidate || !this.#quorum.has(voter)) return
    if (!isAmount(forMs) || !isCount(otherEpoch)) return
    const nowMs = this.#clock.nowMs()
    this.#highestEpoch = Math.max(this.#highestEpoch, otherEpoch)
    if (!isPromised) this.#refused(voter, rival, nowMs + forMs, 2 * nowMs - sent.atMs)
    // Somebody else was promised this epoch before: whoever promises it to us must hear a higher one.
    else if (this.#state === 'asking' && otherEpoch >= this.#epoch) this.#isOutnumbered = true
    else if (sent.epoch === this.#epoch) this.#count(voter, sent, forMs)
    if (this.#state === 'asking' && this.#isDecided(nowMs)) this.#nextMs = nowMs
  }

  #refused(voter: string, rival: string, freeMs: number, likelyMs: number): void {
    const isOutranked = rival !== '' && rival < this.#config.candidate
    this.#isOutranked ||= isOutranked
    // Who ranks below us gives back what it was promised as soon as it hears of us: about as long again as we took to hear of it.
    this.#freeMs.set(voter, rival === '' || isOutranked ? freeMs : Math.min(freeMs, likelyMs))
  }

  /** Nothing that is still on its way can change what is to be done now. */
  #isDecided(nowMs: number): boolean {
    if (this.#isOutnumbered || this.#freeMs.size === this.#quorum.size) return true
    if (!this.#isHopeless(nowMs)) return false
    return this.#isOutranked || this.#quorum.momentMs(this.#freeMs) < Number.POSITIVE_INFINITY
  }

  /** No quorum is left now, should even all that have not answered yet promise. */
  #isHopeless(nowMs: number): boolean {
    const hopes = Array.from(this.#quorum.names, (name) => [name, this.#freeMs.get(name) ?? nowMs] as const)
    return this.#quorum.momentMs(hopes) > nowMs
  }

  #count(voter: string, { atMs, atWallMs }: Sent, forMs: number): void {
    this.#freeMs.set(voter, this.#clock.nowMs())
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
    if (this.#isTooLate) return this.#follow()
    // The promises so far are short ones: asks for long ones at once.
    this.#state = 'leading'
    this.#nextMs = this.#clock.nowMs()
  }

  /** A round without a quorum is over. */
  #goOn(nowMs: number): VoteRequest | undefined {
    const { askedMs, roundMs } = this.#config
    if (this.#isOutranked && (!this.#isOutnumbered || this.#isHopeless(nowMs))) return this.#giveUp(nowMs + askedMs)
    if (this.#isOutnumbered) return this.#ask(nowMs)
    const freeMs = this.#quorum.momentMs(this.#freeMs)
    if (freeMs === Number.POSITIVE_INFINITY) return this.#goOnUnheard(nowMs)
    this.#unheard = 0
    if (freeMs > nowMs + roundMs) return this.#giveUp(freeMs)
    if (freeMs <= nowMs) return this.#ask(nowMs)
    // What is missing is free soon: until then keeps what is promised.
    this.#nextMs = freeMs
    return undefined
  }

  /** Too few voters answered. That may be chance once, but who is not heard must not stand in the way of others for long. */
  #goOnUnheard(nowMs: number): VoteRequest {
    this.#unheard++
    if (this.#unheard % 2 === 1) return this.#ask(nowMs)
    return this.#giveUp(nowMs, Math.min(LONGEST_BREAK, 2 ** (this.#unheard / 2 - 1)))
  }

  /** Asks all voters, in vain so far, for what they have not yet promised, and for longer what they have. */
  #ask(nowMs: number): VoteRequest {
    this.#isOutranked = false
    this.#isOutnumbered = false
    this.#freeMs.clear()
    if (this.#highestEpoch >= this.#epoch) this.#raiseEpoch()
    this.#nextMs = nowMs + this.#config.roundMs
    return this.#request(nowMs)
  }

  /** Who promised the epoch before has heard no other from us: its promise does not count for this one. */
  #raiseEpoch(): void {
    this.#epoch = 1 + Math.max(this.#highestEpoch, this.#epoch, Math.floor(this.#clock.wallMs() / 1_000))
    this.#promises.clear()
  }

  #request(nowMs: number, isRelease = false): VoteRequest {
    const round = ++this.#rounds
    const epoch = this.#epoch
    if (!isRelease) this.#sent.set(round, { epoch, atMs: nowMs, atWallMs: this.#clock.wallMs() })
    this.#sent.delete(round - REMEMBERED_ROUNDS)
    const isInOffice = this.#state === 'leading'
    return { candidate: this.#config.candidate, round, epoch, isInOffice, inherits: this.#inherits, isRelease }
  }

  /** Gives back what was promised, so that another candidate may have it, and comes back some time after `againMs`. */
  #giveUp(againMs: number, spread = 1): VoteRequest {
    this.#follow()
    this.#nextMs = againMs + spread * this.#jitterMs()
    return this.#request(this.#clock.nowMs(), true)
  }

  /** Drops all promises; may begin anew at once, but for what it granted in office. */
  #follow(): void {
    if (this.#state === 'leading') this.#notBeforeMs = this.#untilMs
    if (this.#state === 'leading' || this.#isTooLate) this.#disinherit()
    this.#state = 'following'
    this.#nextMs = 0
    this.#sent.clear()
    this.#promises.clear()
    this.#freeMs.clear()
  }

  /** What was left may not be used any more: somebody else could have been in office. */
  get #isTooLate(): boolean {
    const until = this.#heirTime
    return until !== undefined && !(this.#clock.nowMs() < until.monotonicMs && this.#clock.wallMs() < until.wallMs)
  }

  /** Stands again only when all that was left is dead, and as anybody does. */
  #disinherit(): void {
    if (!this.#heirTime) return
    this.#notBeforeMs = Math.max(this.#notBeforeMs, this.#heirTime.deadMs)
    this.#heirTime = undefined
    this.#inherits = ''
  }

  #defer(forMs: number): void {
    this.#nextMs = Math.max(this.#nextMs, this.#clock.nowMs() + forMs + this.#jitterMs())
  }

  #jitterMs(): number {
    return this.#config.roundMs * this.#random.next()
  }
}
