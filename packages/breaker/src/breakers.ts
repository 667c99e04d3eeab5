import type { Call, CallTraits, Outcome, Refusal } from '@spillway/call'
import type { Clock, Random } from '@spillway/clock'
import type { BreakerSettings } from './breaker-settings.ts'
import type { BreakerView, Transition } from './breaker-state.ts'
import { Breaker, type BreakerSurroundings } from './breaker.ts'
import { Tickets } from './tickets.ts'

/** The method of the breaker that the methods without one of their own share. */
export const OTHER = '_OTHER'

/** Room is looked for at most this often: a stream of new paths must not buy a walk over the map each. */
const SWEEP_MS = 1_000

/** What a {@link Breakers} needs. */
export interface BreakersOptions {
  readonly clock: Clock
  readonly random: Random
  /** The settings of a method by its path, or by {@link OTHER}. Asked when its breaker is made, and by `reload`. */
  readonly settingsOf: (path: string) => BreakerSettings
  /** The method is one of the contract's: it has a breaker of its own, however many others were called. Left out: none is. */
  readonly isDeclared?: (path: string) => boolean
  /** Other methods with a breaker of their own, over all upstreams. Default 1,024. */
  readonly maxBreakers?: number
}

/**
 * One breaker for each (upstream, method) that was called. Paths are the callers' to choose, so the number of those that nobody
 * declared is bounded: beyond it, breakers that are closed and idle make room, and while there are none, further such methods share
 * one breaker for each upstream. The names of upstreams come from the configuration, never from a caller.
 */
export class Breakers {
  readonly #settingsOf: (path: string) => BreakerSettings
  readonly #isDeclared: (path: string) => boolean
  readonly #maxBreakers: number
  readonly #surroundings: BreakerSurroundings
  /** By upstream, then by path: no string is put together for a call. */
  readonly #upstreams = new Map<string, Map<string, Breaker>>()
  readonly #byName = new Map<string, Breaker>()
  readonly #listeners = new Set<(transition: Transition) => void>()
  /** Breakers of methods that nobody declared. */
  #undeclared = 0
  #sweptMs = -Infinity

  constructor(options: BreakersOptions) {
    this.#settingsOf = options.settingsOf
    this.#isDeclared = options.isDeclared ?? (() => false)
    this.#maxBreakers = options.maxBreakers ?? 1_024
    this.#surroundings = {
      clock: options.clock,
      random: options.random,
      tickets: new Tickets(),
      changed: (transition) => {
        for (const listener of this.#listeners) listener(transition)
      },
    }
  }

  /** Lets the call in, or refuses it; see `Breaker`. */
  enter(call: Call): Refusal | undefined {
    return this.#breakerOf(call.traits).enter(call)
  }

  /** Takes the outcome of a call that was let in. */
  leave(call: Call, outcome: Outcome): void {
    this.#find(call.traits)?.leave(call, outcome)
  }

  /** Asks again for a call that waited after it was let in. */
  recheck(call: Call): Refusal | undefined {
    return this.#breakerOf(call.traits).recheck(call)
  }

  /** Every breaker as it is now, by name. */
  list(): BreakerView[] {
    const views = Array.from(this.#byName.values(), (breaker) => breaker.view())
    return views.sort((left, right) => (left.name < right.name ? -1 : 1))
  }

  /** The breaker of that name as it is now; undefined when there is none: a method has one from its first call on. */
  get(name: string): BreakerView | undefined {
    return this.#byName.get(name)?.view()
  }

  /** Opens a breaker by hand, until it is reset. Answers how it is then; undefined when there is none of that name. */
  trip(name: string, reason: string): BreakerView | undefined {
    this.#byName.get(name)?.trip(reason)
    return this.get(name)
  }

  /** Closes a breaker by hand, tripped or not. Answers how it is then; undefined when there is none of that name. */
  reset(name: string, reason: string): BreakerView | undefined {
    this.#byName.get(name)?.reset(reason)
    return this.get(name)
  }

  /** Calls `listener` after every transition, until the function returned is called. The listener must not throw. */
  subscribe(listener: (transition: Transition) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Asks again for the settings of every breaker, and who is declared. States stay; a window whose settings changed starts empty. */
  reload(): void {
    this.#undeclared = 0
    for (const breakers of this.#upstreams.values()) {
      for (const [method, breaker] of breakers) {
        breaker.configure(this.#settingsOf(method))
        this.#count(method, 1)
      }
    }
  }

  /** The upstream is no longer there: neither are its breakers. Calls that are still on it teach nobody anything. */
  forget(upstream: string): void {
    const breakers = this.#upstreams.get(upstream)
    if (breakers === undefined) return
    for (const [method, breaker] of breakers) this.#remove(breakers, method, breaker)
    this.#upstreams.delete(upstream)
  }

  /** The breaker of such calls, as far as there is one. */
  #find(traits: CallTraits): Breaker | undefined {
    return this.#own(traits) ?? this.#upstreams.get(traits.upstream)?.get(OTHER)
  }

  #breakerOf(traits: CallTraits): Breaker {
    return this.#own(traits) ?? this.#make(traits.upstream, traits.path)
  }

  /** The breaker that the method has of its own. Looked up once for calls that are alike, as long as it is kept. */
  #own(traits: CallTraits): Breaker | undefined {
    const known = traits.breaker
    if (known instanceof Breaker && known.keeper === this) return known
    const found = this.#upstreams.get(traits.upstream)?.get(traits.path)
    traits.breaker = found ?? null
    return found
  }

  #make(upstream: string, path: string): Breaker {
    const breakers = this.#upstreams.get(upstream) ?? new Map<string, Breaker>()
    this.#upstreams.set(upstream, breakers)
    const method = this.#isDeclared(path) || this.#hasRoom() ? path : OTHER
    const shared = breakers.get(method)
    if (shared) return shared
    const name = breakerName(upstream, method)
    const breaker = new Breaker({ name, upstream, method }, this.#settingsOf(method), this.#surroundings)
    breaker.keeper = this
    breakers.set(method, breaker)
    this.#byName.set(name, breaker)
    this.#count(method, 1)
    return breaker
  }

  #count(method: string, change: 1 | -1): void {
    if (method !== OTHER && !this.#isDeclared(method)) this.#undeclared += change
  }

  #hasRoom(): boolean {
    if (this.#undeclared < this.#maxBreakers) return true
    const nowMs = this.#surroundings.clock.nowMs()
    if (nowMs - this.#sweptMs < SWEEP_MS) return false
    this.#sweptMs = nowMs
    for (const breakers of this.#upstreams.values()) this.#forgetIdle(breakers)
    return this.#undeclared < this.#maxBreakers
  }

  #forgetIdle(breakers: Map<string, Breaker>): void {
    for (const [method, breaker] of breakers) {
      if (method !== OTHER && breaker.isForgettable()) this.#remove(breakers, method, breaker)
    }
  }

  #remove(breakers: Map<string, Breaker>, method: string, breaker: Breaker): void {
    breaker.keeper = undefined
    breakers.delete(method)
    this.#byName.delete(breaker.name)
    this.#count(method, -1)
  }
}

/** `<upstream> <package.Service/Method>`, as in `app bank.v1.Risk/Score`: what operators type. */
export function breakerName(upstream: string, path: string): string {
  return `${upstream} ${path.startsWith('/') ? path.slice(1) : path}`
}
