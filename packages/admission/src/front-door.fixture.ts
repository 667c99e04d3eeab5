import {
  Call,
  Gates,
  PROCEED,
  defaultCallFacts,
  type CallFacts,
  type Outcome,
  type Refusal,
  type Waiter,
} from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { Admission } from './admission.ts'
import { defaultAdmissionConfig, type AdmissionConfig } from './admission-config.ts'
import { FixedLimit, type Limit } from './limit.ts'

/** One call at the door, as its caller sees it. */
export class Visit implements Waiter {
  readonly call: Call
  readonly #seated: string[]
  #state: 'running' | 'waiting' | Refusal['kind'] = 'waiting'
  #refusal: Refusal | undefined

  /** The call's tenant is the name by which it is found in `seated`. */
  constructor(facts: Partial<CallFacts>, seated: string[]) {
    this.call = Call.of({ ...defaultCallFacts, ...facts }, this)
    this.#seated = seated
  }

  /** `running`, `waiting`, or the kind of the refusal. */
  get state(): 'running' | 'waiting' | Refusal['kind'] {
    return this.#state
  }

  get refusal(): Refusal | undefined {
    return this.#refusal
  }

  decided(refusal: Refusal | undefined): void {
    if (this.#state !== 'waiting') throw new Error(`told twice: ${this.#state}, then ${refusal?.kind ?? 'running'}`)
    this.#refusal = refusal
    this.#state = refusal?.kind ?? 'running'
    if (refusal === undefined) this.#seated.push(this.call.tenant)
  }
}

/** An admission gate with a clock and callers: what the tests of this package enter calls through. Without jitter. */
export class FrontDoor {
  readonly clock = new ManualClock()
  readonly admission: Admission
  /** Tenants of the calls that got a seat, in order. */
  readonly seated: string[] = []
  readonly #gates: Gates

  constructor(limit: number | Limit, config: Partial<AdmissionConfig> = {}) {
    const chosen = typeof limit === 'number' ? new FixedLimit(limit) : limit
    const doors = { clock: this.clock, random: { next: () => 0.5 } }
    this.admission = new Admission(chosen, doors, { ...defaultAdmissionConfig, ...config })
    this.#gates = new Gates([this.admission])
  }

  enter(facts: Partial<CallFacts> = {}): Visit {
    const visit = new Visit(facts, this.seated)
    const verdict = this.#gates.enter(visit.call)
    if (verdict === PROCEED) visit.decided(undefined)
    else if (typeof verdict !== 'string') visit.decided(verdict)
    return visit
  }

  leave(visit: Visit, outcome: Outcome = 'success'): void {
    this.#gates.leave(visit.call, outcome)
  }

  /** Enters a call that takes its seats and keeps them. */
  occupy(seats = 1): Visit {
    return this.enter({ seats, tenant: 'occupant' })
  }
}
