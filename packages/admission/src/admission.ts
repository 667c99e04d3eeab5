import {
  PROCEED,
  PriorityClass,
  WAIT,
  className,
  type Call,
  type Gate,
  type Outcome,
  type Refusal,
  type Verdict,
  type Wake,
} from '@spillway/call'
import type { Clock, Random } from '@spillway/clock'
import { defaultAdmissionConfig, type AdmissionConfig } from './admission-config.ts'
import type { AdmissionSnapshot } from './admission-snapshot.ts'
import { Alarm } from './alarm.ts'
import { Tallies } from './class-tally.ts'
import type { Limit } from './limit.ts'
import { SEATED, Waiting, seatsOf } from './place.ts'
import { Refusals } from './refusals.ts'
import { Seats } from './seats.ts'
import { ServiceTimes } from './service-times.ts'
import { WaitingQueue } from './waiting-queue.ts'

/** The doors to the world that an {@link Admission} needs. */
export interface AdmissionDoors {
  readonly clock: Clock
  readonly random: Random
}

/** A call whose deadline is about to come out of reach is not looked at more often than this. */
const LEAST_POSTPONEMENT_MS = 1

/**
 * Who runs now, who waits, who is shed: one for each upstream. A call gets a seat at once, a place in the queue, or a
 * refusal.
 *
 * Seats are given to the best waiter: class strictly, then earliest deadline, then first come. Nobody overtakes it, be its
 * call too wide for the seats that are free. A full queue turns out its worst, which may be the newcomer. Nobody is woken
 * from inside `enter`: calls that had to make room are told in a turn of their own. `system` calls pass uncounted.
 */
export class Admission implements Gate {
  readonly name = 'admission'
  readonly #clock: Clock
  #config: AdmissionConfig
  readonly #queue: WaitingQueue
  readonly #seats: Seats
  readonly #serviceTimes: ServiceTimes
  readonly #tallies = new Tallies()
  readonly #refusals: Refusals
  readonly #alarm: Alarm
  #limit: Limit
  #arrivals = 0
  #evicted: Waiting[] = []
  #isGivingSeats = false

  constructor(limit: Limit, doors: AdmissionDoors, config: AdmissionConfig = defaultAdmissionConfig) {
    this.#limit = limit
    this.#clock = doors.clock
    this.#config = config
    this.#queue = new WaitingQueue(config.maxQueuedCalls, config.maxQueuedBytes)
    this.#seats = new Seats(config.criticalReserve)
    this.#serviceTimes = new ServiceTimes(config.feasibility)
    this.#refusals = new Refusals(config, doors.random, this.#serviceTimes, this.#tallies)
    this.#alarm = new Alarm(doors.clock, () => this.#lookAround())
  }

  enter(call: Call, wake: Wake): Verdict {
    if (call.rank === PriorityClass.system) return PROCEED
    const nowMs = this.#clock.nowMs()
    if (call.rank === PriorityClass.critical) this.#seats.criticalArrived(nowMs)
    const infeasible = this.#refusals.infeasible(call, nowMs)
    if (infeasible !== undefined) return infeasible
    const seats = seatsOf(call)
    if (!this.#queue.isFirst(call) || !this.#hasRoom(call, seats, nowMs)) return this.#queueUp(call, wake, seats, nowMs)
    this.#seat(call, seats, nowMs)
    return PROCEED
  }

  leave(call: Call, outcome: Outcome): void {
    const { place } = call
    call.place = null
    if (place === SEATED) this.#release(call, outcome)
    else if (place instanceof Waiting) this.#leaveQueue(place)
  }

  /** Replaces the limit, and gives the seats that this frees to those who wait. Never call it from inside `enter`. */
  setLimit(limit: Limit): void {
    this.#limit = limit
    this.#giveSeats(this.#clock.nowMs())
  }

  /**
   * Replaces the bounds; how service times are learnt (`feasibility`) stays. Who waits keeps its place and its time, until a
   * more important call needs the room that a smaller queue no longer has. Follow it with {@link setLimit}.
   */
  reconfigure(config: AdmissionConfig): void {
    this.#config = config
    this.#queue.resize(config.maxQueuedCalls, config.maxQueuedBytes)
    this.#seats.reserve = config.criticalReserve
    this.#refusals.config = config
  }

  /** The state now, for the inspector. Costs time in proportion to the queue. */
  snapshot(): AdmissionSnapshot {
    const nowMs = this.#clock.nowMs()
    return {
      limit: this.#limit.current(),
      seatsInUse: this.#seats.inUse,
      running: this.#seats.running,
      queued: this.#queue.size,
      queuedBytes: this.#queue.bytes,
      oldestWaitMs: nowMs - (this.#queue.oldestMs() ?? nowMs),
      classes: this.#tallies.snapshot((rank) => ({
        queued: this.#queue.sizeOf(rank),
        oldestWaitMs: nowMs - (this.#queue.oldestMs(rank) ?? nowMs),
      })),
    }
  }

  #hasRoom(call: Call, seats: number, nowMs: number): boolean {
    return this.#seats.hasRoom(call.rank, seats, this.#limit.current(), nowMs)
  }

  #seat(call: Call, seats: number, nowMs: number): void {
    this.#seats.take(call.rank, seats)
    const tally = this.#tallies.of(call.rank)
    tally.admitted++
    tally.seatsInUse += seats
    call.place = SEATED
    call.seatedMs = nowMs
  }

  #queueUp(call: Call, wake: Wake, seats: number, nowMs: number): Verdict {
    const losers = this.#queue.makeRoomFor(call)
    if (losers === undefined) return this.#shed(call)
    for (const loser of losers) this.#evict(loser, nowMs)
    const lastMs = nowMs + (call.maxWaitMs ?? this.#config.maxWaitMs[className(call.rank)])
    const waiting = new Waiting(call, wake, seats, this.#arrivals++, nowMs, lastMs)
    waiting.expiresMs = this.#refusals.overdueMs(waiting, nowMs)
    this.#queue.add(waiting)
    call.place = waiting
    this.#alarm.ringAt(this.#isSeatIdle(nowMs) ? nowMs : waiting.expiresMs, nowMs)
    return WAIT
  }

  /** The limit has risen since the last call left: somebody waits beside a free seat. */
  #isSeatIdle(nowMs: number): boolean {
    const best = this.#queue.best()
    return best !== undefined && this.#hasRoom(best.call, best.seats, nowMs)
  }

  #evict(loser: Waiting, nowMs: number): void {
    loser.isEvicted = true
    this.#evicted.push(loser)
    this.#alarm.ringAt(nowMs, nowMs)
  }

  #release(call: Call, outcome: Outcome): void {
    const seats = seatsOf(call)
    const startedMs = call.seatedMs
    const nowMs = this.#clock.nowMs()
    const heldMs = nowMs - startedMs
    const seatsInUse = this.#seats.inUse
    this.#seats.release(call.rank, seats)
    this.#tallies.of(call.rank).seatsInUse -= seats
    if (outcome === 'success') this.#serviceTimes.observe(call.traits, heldMs, nowMs)
    if (outcome !== 'cancelled' && outcome !== 'unsent') {
      this.#limit.onSample({ call, startedMs, heldMs, seatsInUse, outcome })
    }
    this.#giveSeats(nowMs)
  }

  #leaveQueue(waiting: Waiting): void {
    this.#tallies.of(waiting.call.rank).left++
    if (waiting.isEvicted) return
    this.#queue.remove(waiting)
    // It may have been the wide call at the head that kept narrower ones waiting.
    this.#giveSeats(this.#clock.nowMs())
  }

  /** Gives free seats to the best, one after the other. Those who are woken may enter and leave calls meanwhile. */
  #giveSeats(startMs: number): void {
    if (this.#isGivingSeats || this.#queue.size === 0) return
    this.#isGivingSeats = true
    try {
      let nowMs = startMs
      for (
        let best = this.#queue.best();
        best && this.#hasRoom(best.call, best.seats, nowMs);
        best = this.#queue.best()
      ) {
        this.#queue.remove(best)
        this.#decide(best, nowMs)
        nowMs = this.#clock.nowMs()
      }
    } finally {
      this.#isGivingSeats = false
    }
  }

  /** Ends the wait of a call for which there is a seat. */
  #decide(waiting: Waiting, nowMs: number): void {
    const { call, wake, seats } = waiting
    const refusal = this.#refusals.overdue(waiting, nowMs)
    call.place = null
    if (refusal === undefined) this.#seat(call, seats, nowMs)
    wake(call, refusal)
  }

  #lookAround(): void {
    this.#tellEvicted()
    this.#expire()
    this.#giveSeats(this.#clock.nowMs())
    const next = this.#queue.firstToExpire()
    if (next !== undefined) this.#alarm.ringAt(next.expiresMs, this.#clock.nowMs())
  }

  #tellEvicted(): void {
    const losers = this.#evicted
    this.#evicted = []
    for (const loser of losers) {
      const { call } = loser
      if (call.place !== loser) continue
      call.place = null
      loser.wake(call, this.#shed(call))
    }
  }

  #expire(): void {
    const nowMs = this.#clock.nowMs()
    for (let next = this.#queue.firstToExpire(); next && next.expiresMs <= nowMs; next = this.#queue.firstToExpire()) {
      const refusal = this.#refusals.overdue(next, nowMs)
      if (refusal === undefined) {
        const againMs = Math.max(this.#refusals.overdueMs(next, nowMs), nowMs + LEAST_POSTPONEMENT_MS)
        this.#queue.postpone(next, Math.min(againMs, next.lastMs))
        continue
      }
      this.#queue.remove(next)
      next.call.place = null
      next.wake(next.call, refusal)
    }
  }

  #shed(call: Call): Refusal {
    return this.#refusals.shed(call, this.#limit.current(), this.#queue.size)
  }
}
