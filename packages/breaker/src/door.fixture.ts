import {
  Call,
  CallTraits,
  Gates,
  PROCEED,
  defaultCallFacts,
  type CallFacts,
  type Outcome,
  type Verdict,
} from '@spillway/call'
import { ManualClock, SeededRandom } from '@spillway/clock'
import { BreakerGate } from './breaker-gate.ts'
import { DEFAULT_BREAKER_SETTINGS, type BreakerSettings } from './breaker-settings.ts'
import type { BreakerView, Transition } from './breaker-state.ts'
import { Breakers } from './breakers.ts'

/** A peer of that name with a proven identity. */
export function peer(id: string): Pick<CallFacts, 'peer'> {
  return { peer: { kind: 'identity', id } }
}

/** Facts of a call that is safe to repeat. */
export const idempotent = { isIdempotent: true } as const

/** For tests: breakers on a manual clock, calls that pass their gate, and shorthand for one method, `/shop.Cart/Add`. Declared is what begins with `/declared.`. */
export class Door {
  readonly clock = new ManualClock(1_000_000)
  readonly breakers: Breakers
  readonly gate: BreakerGate
  readonly gates: Gates
  readonly transitions: Transition[] = []
  readonly name = 'app shop.Cart/Add'
  /** By their facts: calls that are alike share them. */
  readonly #traits = new Map<string, CallTraits>()

  /** No jitter unless asked for, so that times in tests are exact. */
  constructor(settings: Partial<BreakerSettings> = {}, maxBreakers = 1_024) {
    const all = { ...DEFAULT_BREAKER_SETTINGS, openJitter: 0, ...settings }
    const random = new SeededRandom(1)
    const isDeclared = (path: string): boolean => path.startsWith('/declared.')
    this.breakers = new Breakers({ clock: this.clock, random, settingsOf: () => all, isDeclared, maxBreakers })
    this.breakers.subscribe((transition) => this.transitions.push(transition))
    this.gate = new BreakerGate(this.breakers)
    this.gates = new Gates([this.gate])
  }

  /** A call at the door, not yet let in. */
  call(facts: Partial<CallFacts> = {}): Call {
    const { deadlineMs, heldBytes, ...shared } = { ...defaultCallFacts, path: '/shop.Cart/Add', ...facts }
    const key = JSON.stringify(shared)
    const traits = this.#traits.get(key) ?? new CallTraits(shared)
    this.#traits.set(key, traits)
    return new Call(traits, { deadlineMs, heldBytes }, { decided: () => undefined })
  }

  /** Asks for entry; the call when it was let in. */
  enter(facts: Partial<CallFacts> = {}): Call | undefined {
    const call = this.call(facts)
    return this.gates.enter(call) === PROCEED ? call : undefined
  }

  /** The verdict on a new call, which then goes away unsent. */
  verdict(facts: Partial<CallFacts> = {}): Verdict {
    const call = this.call(facts)
    const verdict = this.gates.enter(call)
    this.gates.leave(call, 'unsent')
    return verdict
  }

  /** `count` calls one after the other, each let in and ended at once. Answers how many were let in. */
  send(count: number, outcome: Outcome, facts: Partial<CallFacts> = {}): number {
    let entered = 0
    for (let sent = 0; sent < count; sent++) {
      const call = this.enter(facts)
      if (call === undefined) continue
      entered++
      this.gates.leave(call, outcome)
    }
    return entered
  }

  /** The view of the breaker; throws when the method was never called. */
  view(name = this.name): BreakerView {
    const view = this.breakers.get(name)
    if (view === undefined) throw new Error(`no breaker ${name}`)
    return view
  }

  /** Opens it the natural way. */
  breakDown(): void {
    this.send(20, 'fault')
  }

  /** Opens it and lets the open time pass, so that the next call is a probe. */
  breakDownAndWait(): void {
    this.breakDown()
    this.clock.advance(this.view().nextProbeMs ?? 0)
  }
}
