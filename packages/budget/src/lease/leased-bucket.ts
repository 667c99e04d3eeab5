import type { Clock } from '@spillway/clock'
import { Bucket } from '../bucket.ts'
import { LatchedClock } from './latched-clock.ts'
import type { LeaseHolder } from './lease-holder.ts'
import { NO_SHARE, type Share } from './share.ts'

/** A wall clock moves in steps of this: while it shows the same, less time than that has passed, if nobody set it back. */
const TICK_MS = 1

/** Looks that may rely on one reading of the monotonic clock, lest a wall clock that was set back hides a stall for longer. */
const LOOKS = 32

/**
 * The bucket of one sidecar on a lease: every decision is local. Its level never exceeds the burst in force; a shrink
 * truncates it, a growth adds nothing at once, and it starts empty (rule S7). Before anything is taken it is asked whether the
 * lease still stands by both clocks, so that a process that stalled or slept cannot spend what has run out (rule S10).
 *
 * A reading of a clock costs more than all the rest of a decision. So {@link look} reads the wall clock, which counts a stall
 * as well as a suspended machine, and the monotonic clock only when the first one has moved.
 */
export class LeasedBucket {
  readonly #holder: LeaseHolder
  readonly #clock: Clock
  readonly #latched: LatchedClock
  readonly #bucket: Bucket
  /** Refill runs slower by this fraction, so that a fast clock does not make more than its share. */
  readonly #refillDrift: number
  #force: Share = NO_SHARE
  #changesAtMs = Number.POSITIVE_INFINITY
  #wallMs = Number.NaN
  /** Before these moments, one by each clock, what is in force stays so for more than a tick. */
  #calmUntilMs = Number.NEGATIVE_INFINITY
  #calmUntilWallMs = Number.NEGATIVE_INFINITY
  #looksLeft = 0
  #used = 0

  constructor(holder: LeaseHolder, refillDrift: number, clock: Clock) {
    this.#holder = holder
    this.#clock = clock
    this.#refillDrift = refillDrift
    this.#latched = new LatchedClock(clock)
    this.#bucket = new Bucket(this.#latched, { rate: 0, burst: 0 })
    this.sync()
  }

  /** Units saved up as of the last {@link sync} or take; 0 while a debt is open. */
  get level(): number {
    return this.#bucket.level()
  }

  /** Units that must flow in before anything can be taken, as of the last {@link sync} or take; 0 for none. */
  get debt(): number {
    return this.#bucket.debt()
  }

  /** Units taken and not given back since the start. */
  get used(): number {
    return this.#used
  }

  /** What was in force at the last {@link sync} or take. */
  get force(): Share {
    return this.#force
  }

  /** The moment of the last {@link sync}, on the monotonic clock. */
  get nowMs(): number {
    return this.#latched.nowMs()
  }

  /** After a {@link draw} that took nothing: the milliseconds until it could if nobody else drew, or `NEVER`. */
  get waitMs(): number {
    return this.#bucket.waitMs
  }

  /** The moment of a take that has just succeeded, for {@link settle}. */
  get takenMs(): number {
    return this.#bucket.refilledMs
  }

  /**
   * Brings the bucket up to now under the share in force. Call it right before a grant is accepted or a share is released, and
   * right after.
   */
  sync(): void {
    this.#syncAt(this.#clock.nowMs(), this.#clock.wallMs())
  }

  /**
   * As {@link sync}, right before a take: exact about the lease, and behind by less than a millisecond of refill. Nothing may
   * have been accepted or released since the last `sync`. False when it was up to date.
   */
  look(): boolean {
    const wallMs = this.#clock.wallMs()
    if (wallMs === this.#wallMs && this.#looksLeft > 0) {
      this.#looksLeft--
      return false
    }
    const nowMs = this.#clock.nowMs()
    if (nowMs < this.#calmUntilMs && wallMs < this.#calmUntilWallMs) {
      this.#latched.latch(nowMs)
      this.#wallMs = wallMs
      this.#looksLeft = LOOKS
    } else this.#syncAt(nowMs, wallMs)
    return true
  }

  /** So many units must stay after a {@link draw}. */
  keep(units: number): void {
    this.#bucket.kept = units
  }

  /**
   * Takes `cost` units if at least {@link keep} units stay, as of the last {@link sync}; true when they were taken. If not,
   * {@link waitMs} says for how long. Allocates nothing.
   */
  draw(cost: number): boolean {
    const isTaken = this.#bucket.draw(cost)
    if (isTaken) this.#used += cost
    return isTaken
  }

  /** Takes one unit for each of `calls` calls, as many as leave what is to {@link keep}; returns how many. As of the last {@link sync}. */
  drawMany(calls: number): number {
    const { kept } = this.#bucket
    const room = Math.floor(this.#bucket.level() - kept + 1e-9)
    const taken = Math.max(0, Math.min(calls, room))
    this.#bucket.kept = 0 // it was reckoned with
    const isTaken = this.#bucket.draw(taken)
    this.#bucket.kept = kept
    if (!isTaken) return 0
    this.#used += taken
    return taken
  }

  /**
   * A call for which `reserved` units were taken at `takenMs` turned out to cost `actual`. What it did not need is returned,
   * as far as the lease stayed continuous and the bucket would not have overflowed since; what it needed beyond becomes a debt.
   */
  settle(reserved: number, actual: number, takenMs: number): void {
    this.sync()
    if (actual > reserved) this.#bucket.charge(actual - reserved)
    else this.#bucket.giveBack(reserved - actual, takenMs)
    this.#used = Math.max(0, this.#used + actual - reserved)
  }

  /** Adds units that the grantor took out of its own bucket (rule S8); what does not fit is lost. */
  addLump(units: number): void {
    this.sync()
    this.#bucket.pour(units)
  }

  #syncAt(nowMs: number, wallMs: number): void {
    const force = this.#holder.forceAt(nowMs, wallMs)
    const remainingMs = this.#holder.remainingMs(nowMs, wallMs)
    if (force !== this.#force) this.#change(force, nowMs, nowMs + remainingMs)
    this.#latched.latch(nowMs)
    this.#wallMs = wallMs
    const calmMs = remainingMs - TICK_MS
    this.#calmUntilMs = nowMs + calmMs
    this.#calmUntilWallMs = wallMs + calmMs
    this.#looksLeft = calmMs > 0 ? LOOKS : 0
  }

  /** Time counts at the old rate up to the end of what was in force; after that, and where the end is unknown, at the new. */
  #change(force: Share, nowMs: number, changesAtMs: number): void {
    const isExpired = force.rate < this.#force.rate && nowMs >= this.#changesAtMs
    if (isExpired) this.#latched.latch(Math.min(nowMs, this.#changesAtMs))
    else if (force.rate > this.#force.rate) this.#latched.latch(nowMs)
    this.#bucket.setRate(force.rate * (1 - this.#refillDrift), force.burst)
    this.#force = force
    this.#changesAtMs = changesAtMs
  }
}
