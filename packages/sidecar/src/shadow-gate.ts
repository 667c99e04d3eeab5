import { PROCEED, WAIT, type Call, type Gate, type Outcome, type Verdict, type Wake } from '@spillway/call'

/** How a gate acts: for real, only in what it counts, or not at all. */
export type Mode = 'enforce' | 'shadow' | 'off'

/**
 * A gate that only counts: asks the gate inside, lets every call in at once, and remembers whom the gate would have
 * refused or kept waiting. Such calls hold nothing inside.
 */
export class ShadowGate implements Gate {
  readonly name: string
  readonly #inside: Gate
  readonly #letIn = new Set<Call>()
  #refused = 0
  #delayed = 0

  constructor(inside: Gate) {
    this.#inside = inside
    this.name = inside.name
  }

  /** Calls that would have been refused. */
  get refused(): number {
    return this.#refused
  }

  /** Calls that would have had to wait. */
  get delayed(): number {
    return this.#delayed
  }

  enter(call: Call): Verdict {
    const verdict = this.#inside.enter(call, neverWoken)
    if (verdict === PROCEED) {
      this.#letIn.add(call)
    } else if (verdict === WAIT) {
      this.#delayed++
      this.#inside.leave(call, 'unsent')
    } else this.#refused++
    return PROCEED
  }

  leave(call: Call, outcome: Outcome): void {
    if (this.#letIn.delete(call)) this.#inside.leave(call, outcome)
  }
}

/** The gate in that mode: itself, its shadow, or none. */
export function inMode(mode: Mode, gate: Gate): readonly Gate[] {
  if (mode === 'off') return []
  return [mode === 'shadow' ? new ShadowGate(gate) : gate]
}

/** A call that was taken back at once is not woken: the contract of gates says so. */
const neverWoken: Wake = () => undefined
