import { PROCEED, WAIT, type Call, type Gate, type Outcome, type Verdict, type Wake } from '@spillway/call'

/** How a gate acts: for real, only in what it counts, or not at all. */
export type Mode = 'enforce' | 'shadow' | 'off'

/** One bit for each gate that can stand in a list, so that a call remembers by itself which of them it is in. */
const BITS = { expired: 1, breaker: 2, budget: 4, admission: 8 } as const

/** A gate whose mode can be configured. */
export type ConfiguredGate = keyof typeof BITS

/**
 * A gate that only counts: asks the gate inside, lets every call in at once, and remembers whom the gate would have
 * refused or kept waiting. Such calls hold nothing inside.
 */
export class ShadowGate implements Gate {
  readonly name: ConfiguredGate
  readonly #inside: Gate
  readonly #bit: number
  #counts = { refused: 0, delayed: 0 }

  /** `name`: which of the configured gates it is; there is one of each in a list at most. */
  constructor(name: ConfiguredGate, inside: Gate) {
    this.name = name
    this.#inside = inside
    this.#bit = BITS[name]
  }

  /** Calls that would have been refused. */
  get refused(): number {
    return this.#counts.refused
  }

  /** Calls that would have had to wait. */
  get delayed(): number {
    return this.#counts.delayed
  }

  /** Counts on where the shadow that stood in its place is; undefined when there was none. */
  countOn(before: ShadowGate | undefined): void {
    if (before !== undefined) this.#counts = before.#counts
  }

  enter(call: Call): Verdict {
    const verdict = this.#inside.enter(call, neverWoken)
    if (verdict === PROCEED) {
      call.shadowsEntered |= this.#bit
    } else if (verdict === WAIT) {
      this.#counts.delayed++
      this.#inside.leave(call, 'unsent')
    } else this.#counts.refused++
    return PROCEED
  }

  charge(call: Call): void {
    if ((call.shadowsEntered & this.#bit) !== 0) this.#inside.charge?.(call)
  }

  leave(call: Call, outcome: Outcome): void {
    if ((call.shadowsEntered & this.#bit) === 0) return
    call.shadowsEntered &= ~this.#bit
    this.#inside.leave(call, outcome)
  }
}

/** The gate, if there is one, in the mode that is configured for it: itself, its shadow, or none. */
export function inMode(
  modes: Readonly<Record<ConfiguredGate, Mode>>,
  name: ConfiguredGate,
  gate: Gate | undefined,
): readonly Gate[] {
  if (gate === undefined || modes[name] === 'off') return []
  return [modes[name] === 'shadow' ? new ShadowGate(name, gate) : gate]
}

/** A call that was taken back at once is not woken: the contract of gates says so. */
const neverWoken: Wake = () => undefined
