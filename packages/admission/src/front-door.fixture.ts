import {
  Gates,
  PROCEED,
  type Call,
  type CallFacts,
  type Outcome,
  type PriorityClass,
  type Refusal,
} from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { ConstantRandom, RecordingWaiter, aCall } from '@spillway/testkit'
import { Admission } from './admission.ts'
import { defaultAdmissionConfig, type AdmissionConfig } from './admission-config.ts'
import { FixedLimit, type Limit } from './limit.ts'

/** One call at the door, as its caller sees it. */
export interface Visit {
  readonly call: Call
  /** `running`, `waiting`, or the kind of the refusal. */
  readonly state: 'running' | 'waiting' | Refusal['kind']
  readonly refusal: Refusal | undefined
}

/** An admission gate with a clock and callers: what the tests of this package enter calls through. */
export class FrontDoor {
  readonly clock = new ManualClock()
  readonly admission: Admission
  /** Names of calls in the order in which they got a seat; see {@link enter}. */
  readonly seated: string[] = []
  readonly #gates: Gates

  constructor(limit: number | Limit, config: Partial<AdmissionConfig> = {}) {
    const chosen = typeof limit === 'number' ? new FixedLimit(limit) : limit
    const doors = { clock: this.clock, random: new ConstantRandom() }
    this.admission = new Admission(chosen, doors, { ...defaultAdmissionConfig, ...config })
    this.#gates = new Gates([this.admission])
  }

  /** Enters a call; its tenant is its name in {@link seated}. */
  enter(facts: Partial<CallFacts> = {}): Visit {
    const waiter = new SeatRecorder(this.seated, facts.tenant ?? '')
    const call = aCall({ ...facts, arrivedMs: this.clock.nowMs() }, waiter)
    const verdict = this.#gates.enter(call)
    if (verdict === PROCEED) this.seated.push(call.tenant)
    return {
      call,
      get state() {
        const decision = typeof verdict === 'string' ? verdict : verdict.kind
        const final = decision === 'wait' && waiter.decision !== 'nothing' ? waiter.decision : decision
        return final === 'wait' ? 'waiting' : final === 'proceed' ? 'running' : final
      },
      get refusal() {
        const decision = typeof verdict === 'string' ? waiter.decisions[0] : verdict
        return typeof decision === 'string' ? undefined : decision
      },
    }
  }

  leave(visit: Visit, outcome: Outcome = 'success'): void {
    this.#gates.leave(visit.call, outcome)
  }

  /** Enters a call that takes its seat and keeps it. */
  occupy(seats = 1, rank: PriorityClass = 2): Visit {
    return this.enter({ seats, rank, tenant: 'occupant' })
  }
}

class SeatRecorder extends RecordingWaiter {
  readonly #seated: string[]
  readonly #name: string

  constructor(seated: string[], name: string) {
    super()
    this.#seated = seated
    this.#name = name
  }

  override decided(refusal: Refusal | undefined): void {
    super.decided(refusal)
    if (refusal === undefined) this.#seated.push(this.#name)
  }
}
