import type { Call, Outcome, Refusal } from '@spillway/call'
import type { Clock, Random } from '@spillway/clock'
import { isSameSettings, type BreakerSettings } from './breaker-settings.ts'
import { HISTORY_LENGTH, type BreakerState, type BreakerView, type Transition } from './breaker-state.ts'
import { CallRecord } from './call-record.ts'
import { openTimeMs } from './open-time.ts'
import { ProbePermits } from './probe-permits.ts'
import { ProbePreference } from './probe-preference.ts'
import { Ramp } from './ramp.ts'
import { pushbackOf, untilProbeMs } from './probe-time.ts'
import type { Tickets } from './tickets.ts'

/** Which door a breaker guards. */
export interface BreakerIdentity {
  readonly name: string
  readonly upstream: string
  readonly method: string
}

/** What all breakers of a process share. */
export interface BreakerSurroundings {
  readonly clock: Clock
  readonly random: Random
  readonly tickets: Tickets
  /** Told of every transition, after it happened. */
  readonly changed: (transition: Transition) => void
}

/**
 * The circuit breaker of one method of one upstream.
 *
 * closed → open: too many faults in the window, and not all of one caller's making. open → half-open: the open time is
 * over and a call comes. half-open → open: a probe fails. half-open → ramping: enough probes in a row succeed.
 * ramping → closed: the ramp is over; ramping → open: as when closed.
 *
 * It owns no timer. What time changes is settled when the next call, or a question, comes. An outcome counts only for
 * the period in which its call was let in.
 */
export class Breaker {
  /** Whoever finds it for calls; undefined once it is forgotten. Owned by `Breakers`. */
  keeper: object | undefined = undefined
  readonly #identity: BreakerIdentity
  readonly #surroundings: BreakerSurroundings
  readonly #preference = new ProbePreference()
  readonly #history: Transition[] = []
  #settings: BreakerSettings
  #record: CallRecord
  #state: BreakerState
  /** Ticket of the calls let in by the present period, probes excepted. */
  #period: number
  #openings = 0

  constructor(identity: BreakerIdentity, settings: BreakerSettings, surroundings: BreakerSurroundings) {
    const nowMs = surroundings.clock.nowMs()
    this.#identity = identity
    this.#surroundings = surroundings
    this.#settings = settings
    this.#record = new CallRecord(settings, nowMs)
    this.#state = { kind: 'closed', sinceMs: nowMs }
    this.#period = surroundings.tickets.next()
  }

  get name(): string {
    return this.#identity.name
  }

  /** Lets the call in and marks it with a ticket, or refuses it and holds nothing for it. */
  enter(call: Call): Refusal | undefined {
    if (this.#state.kind === 'closed') {
      call.breakerTicket = this.#period
      return undefined
    }
    return this.#enterGuarded(call, this.#now())
  }

  /** Takes the outcome of a call that was let in. Only `success` and `fault` say anything; the rest only give back. */
  leave(call: Call, outcome: Outcome): void {
    const ticket = call.breakerTicket
    call.breakerTicket = 0
    if (ticket === this.#period) this.#count(call, outcome)
    else this.#probed(ticket, call, outcome)
  }

  /**
   * The call waited after it was let in: may it go now? One that outlived its period goes if a new call would, and its
   * outcome then counts for the present period; but it never becomes a probe.
   */
  recheck(call: Call): Refusal | undefined {
    if (call.breakerTicket === this.#period) return undefined
    const nowMs = this.#now()
    this.#settle(nowMs)
    const state = this.#state
    if (state.kind === 'halfOpen' && state.permits.holds(call.breakerTicket)) return undefined
    if (state.kind === 'open' || state.kind === 'halfOpen') return this.#refusal(nowMs)
    call.breakerTicket = this.#period
    return undefined
  }

  /** Opens it by hand, until {@link reset}. */
  trip(reason: string): void {
    this.#openings = Math.max(1, this.#openings)
    this.#become({ kind: 'open', untilMs: Infinity, openings: this.#openings }, `tripped by hand: ${reason}`)
  }

  /** Closes it by hand, at once and with an empty window, as if it had never been open. */
  reset(reason: string): void {
    this.#openings = 0
    this.#startRecord(this.#now())
    this.#preference.forget()
    this.#become({ kind: 'closed', sinceMs: this.#now() }, `reset by hand: ${reason}`)
  }

  /** Takes settings. When they are not the same as before, the window starts empty, because its slices may have another length; the state stays. */
  configure(settings: BreakerSettings): void {
    if (isSameSettings(settings, this.#settings)) return
    this.#settings = settings
    this.#startRecord(this.#now())
  }

  /** It is closed, as good as new, and nothing was counted for a whole window: forgetting it loses nothing. */
  isForgettable(): boolean {
    const nowMs = this.#now()
    const { kind } = this.#state
    return kind === 'closed' && this.#record.isIdle(nowMs) && (this.#openings === 0 || this.#isHealthy(nowMs))
  }

  /** How it looks now. */
  view(): BreakerView {
    const nowMs = this.#now()
    this.#settle(nowMs)
    const { calls, faults } = this.#record.counts(nowMs)
    return {
      ...this.#identity,
      state: this.#state.kind,
      isForced: this.#isForced(),
      errorPercent: calls === 0 ? 0 : (faults / calls) * 100,
      calls,
      faults,
      nextProbeMs: untilProbeMs(this.#state, nowMs),
      probesOut: this.#state.kind === 'halfOpen' ? this.#state.permits.taken : 0,
      openings: this.#openings,
      loneCulprit: this.#isLettingCallsIn() ? this.#record.loneCulprit(nowMs) : undefined,
      reason: this.#history.at(-1)?.reason ?? '',
      history: [...this.#history],
    }
  }

  #enterGuarded(call: Call, nowMs: number): Refusal | undefined {
    this.#settle(nowMs)
    this.#preference.saw(call, nowMs)
    return this.#admits(call, nowMs) ? undefined : this.#refusal(nowMs)
  }

  /** Marks the call with the ticket that it goes on. */
  #admits(call: Call, nowMs: number): boolean {
    const state = this.#state
    switch (state.kind) {
      case 'open':
        return false
      case 'halfOpen':
        return this.#takePermit(call, state.permits, nowMs)
      case 'ramping':
        if (!state.ramp.admits(nowMs)) return false
        break
      case 'closed':
        break
    }
    call.breakerTicket = this.#period
    return true
  }

  #takePermit(call: Call, permits: ProbePermits, nowMs: number): boolean {
    if (!this.#preference.allows(call, this.#settings, permits.sinceMs, nowMs)) return false
    const ticket = this.#surroundings.tickets.next()
    const expiryMs = Math.min(call.deadlineMs, nowMs + this.#settings.probeLeaseMs)
    if (!permits.take(ticket, expiryMs, nowMs)) return false
    call.breakerTicket = ticket
    return true
  }

  #count(call: Call, outcome: Outcome): void {
    if (outcome !== 'success' && outcome !== 'fault') return
    const nowMs = this.#now()
    const isTooMany = this.#record.count(call.traits, outcome === 'fault', nowMs)
    if (isTooMany) this.#open(this.#record.describe(nowMs), nowMs)
  }

  #probed(ticket: number, call: Call, outcome: Outcome): void {
    const state = this.#state
    if (state.kind !== 'halfOpen' || !state.permits.release(ticket)) return
    if (outcome !== 'success' && outcome !== 'fault') return
    const nowMs = this.#now()
    this.#record.count(call.traits, outcome === 'fault', nowMs)
    if (outcome === 'fault') {
      this.#preference.failed(call)
      this.#open('a probe failed', nowMs)
    } else {
      this.#preference.succeeded(call, nowMs)
      this.#advance(state.permits, state.successes + 1, nowMs)
    }
  }

  #advance(permits: ProbePermits, successes: number, nowMs: number): void {
    if (successes < this.#settings.closeAfter) {
      this.#state = { kind: 'halfOpen', permits, successes }
      return
    }
    this.#become({ kind: 'ramping', ramp: new Ramp(this.#settings.rampMs, nowMs) }, `${successes} probes succeeded`)
    this.#settle(nowMs)
  }

  #open(reason: string, nowMs: number): void {
    if (this.#isHealthy(nowMs)) this.#openings = 0
    this.#openings++
    const untilMs = nowMs + openTimeMs(this.#openings, this.#settings, this.#surroundings.random)
    this.#become({ kind: 'open', untilMs, openings: this.#openings }, reason)
  }

  /** Carries out what time alone has changed. */
  #settle(nowMs: number): void {
    const state = this.#state
    if (state.kind === 'open' && nowMs >= state.untilMs) {
      this.#startRecord(nowMs)
      const permits = new ProbePermits(this.#settings.probes, nowMs)
      this.#become({ kind: 'halfOpen', permits, successes: 0 }, 'the open time is over')
    } else if (state.kind === 'ramping' && state.ramp.isOver(nowMs)) {
      this.#preference.forget()
      this.#become({ kind: 'closed', sinceMs: nowMs }, 'the ramp is over')
    }
  }

  /** A ramp and the closed state that follows it are one period: calls of the one count in the other. */
  #become(next: BreakerState, reason: string): void {
    const from = this.#state.kind
    this.#state = next
    if (from !== 'ramping' || next.kind !== 'closed') this.#period = this.#surroundings.tickets.next()
    const { name: breaker, upstream, method } = this.#identity
    const atWallMs = this.#surroundings.clock.wallMs()
    const transition = { breaker, upstream, method, from, to: next.kind, reason, atWallMs }
    this.#history.push(transition)
    if (this.#history.length > HISTORY_LENGTH) this.#history.shift()
    this.#surroundings.changed(transition)
  }

  #startRecord(nowMs: number): void {
    this.#record.close()
    this.#record = new CallRecord(this.#settings, nowMs)
  }

  #refusal(nowMs: number): Refusal {
    return { kind: 'breaker_open', pushbackMs: pushbackOf(this.#state, nowMs), breaker: this.#identity.name }
  }

  #isHealthy(nowMs: number): boolean {
    return this.#state.kind === 'closed' && nowMs - this.#state.sinceMs >= this.#settings.healthyMs
  }

  #isForced(): boolean {
    return this.#state.kind === 'open' && this.#state.untilMs === Infinity
  }

  #isLettingCallsIn(): boolean {
    return this.#state.kind === 'closed' || this.#state.kind === 'ramping'
  }

  #now(): number {
    return this.#surroundings.clock.nowMs()
  }
}
