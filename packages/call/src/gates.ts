import type { Call } from './call.ts'
import type { Outcome } from './outcome.ts'
import type { Refusal } from './refusal.ts'

/** The gate lets the call in. */
export const PROCEED = 'proceed'
/** The gate keeps the call and calls `wake` later. */
export const WAIT = 'wait'

/** A gate's answer to a call. */
export type Verdict = typeof PROCEED | typeof WAIT | Refusal

/** Ends a wait: `undefined` lets the call in, a refusal turns it away (the gate holds nothing for it any more). */
export type Wake = (call: Call, refusal: Refusal | undefined) => void

/**
 * One question that every call must pass. Two functions; no promises and no exceptions.
 */
export interface Gate {
  /** For the decision log and metrics: one lower-case word. */
  readonly name: string
  /**
   * Lets the call in, keeps it waiting, or refuses it. A gate that refuses holds nothing for the call.
   * A gate that answers `wait` must later call `wake` once, and never synchronously, unless `leave` comes first.
   */
  enter(call: Call, wake: Wake): Verdict
  /**
   * The call is over. Called exactly once for each gate that let the call in or keeps it waiting, in reverse order.
   * `unsent` means that the call never reached the upstream: give back all that was taken.
   */
  leave(call: Call, outcome: Outcome): void
  /**
   * Asked again when a wait at a later gate ends, of a call that is in: may it still proceed? Takes nothing.
   * Left out by gates whose answer cannot change.
   */
  recheck?(call: Call): Refusal | undefined
  /** The `spent` of a call that is in has grown. Left out by gates that take nothing that could grow. */
  charge?(call: Call): void
}

/**
 * Gates in order. A call enters them first to last and leaves them last to first; when one refuses, those before it get
 * the call back as `unsent`.
 */
export class Gates {
  readonly #gates: readonly Gate[]

  constructor(gates: readonly Gate[]) {
    this.#gates = gates
  }

  /**
   * Asks every gate. `proceed`: the call is in, and {@link leave} is owed. A refusal: nothing is held, nothing is owed.
   * `wait`: `call.waiter` will be told, unless {@link leave} is called first.
   */
  enter(call: Call): Verdict {
    return this.#advance(call)
  }

  /** Takes the call out of every gate that it is in. A call that was still waiting counts as `unsent`. Safe to repeat. */
  leave(call: Call, outcome: Outcome): void {
    const actual = call.isWaiting ? 'unsent' : outcome
    const entered = call.gatesEntered
    call.gatesEntered = 0
    for (let index = entered - 1; index >= 0; index--) this.#gates[index]?.leave(call, actual)
    call.isWaiting = false
  }

  /** Tells every gate that the call is in that its `spent` has grown. */
  charge(call: Call): void {
    for (let index = 0; index < call.gatesEntered; index++) this.#gates[index]?.charge?.(call)
  }

  #advance(call: Call): Verdict {
    for (let index = call.gatesEntered; index < this.#gates.length; index++) {
      const verdict = this.#gates[index]?.enter(call, this.#wake) ?? PROCEED
      if (typeof verdict !== 'string') {
        this.leave(call, 'unsent')
        return verdict
      }
      call.gatesEntered = index + 1
      if (verdict === WAIT) {
        call.isWaiting = true
        return WAIT
      }
    }
    return PROCEED
  }

  readonly #wake: Wake = (call, refusal) => {
    if (!call.isWaiting) throw new Error(`gate woke a call that does not wait: ${call.path}`)
    call.isWaiting = false
    if (refusal !== undefined) {
      call.gatesEntered--
      this.leave(call, 'unsent')
      call.waiter.decided(refusal)
      return
    }
    const late = this.#recheck(call)
    if (late !== undefined) {
      this.leave(call, 'unsent')
      call.waiter.decided(late)
      return
    }
    const verdict = this.#advance(call)
    if (verdict !== WAIT) call.waiter.decided(verdict === PROCEED ? undefined : verdict)
  }

  #recheck(call: Call): Refusal | undefined {
    for (let index = 0; index < call.gatesEntered - 1; index++) {
      const refusal = this.#gates[index]?.recheck?.(call)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }
}
