import type { Gate, Refusal } from '@spillway/call'
import { ExpiredGate, type Admission } from '@spillway/admission'
import { BreakerGate, type Breakers } from '@spillway/breaker'
import { BudgetGate, type BudgetFinder } from '@spillway/budget'
import type { Clock } from '@spillway/clock'
import type { CallHandler, Exchange, ExchangeObserver } from '@spillway/relay'
import type { SidecarConfig } from './config/schema.ts'
import type { Destination } from './destination.ts'
import { GatedCall } from './gated-call.ts'
import { inMode } from './shadow-gate.ts'
import type { Side } from './side.ts'
import { NOT_SERVING, answersWhileDraining } from './system-calls.ts'

/** What the gates are made of. */
export interface InboundParts {
  readonly clock: Clock
  readonly breakers: Breakers
  readonly budgets: BudgetFinder
  /** Undefined: as many calls as come. */
  readonly admission: Admission | undefined
}

/** What a call to our own service has to pass, in this order. A refusal may still become an answer: see `degrade.ts`. */
export function inboundGates(parts: InboundParts, mode: SidecarConfig['mode']): readonly Gate[] {
  return [
    ...inMode(mode, 'expired', new ExpiredGate(parts.clock)), // never start work that nobody waits for
    ...inMode(mode, 'breaker', new BreakerGate(parts.breakers)), // do not queue for a sick door
    ...inMode(mode, 'budget', new BudgetGate(parts.budgets)), // the share of the rate that this sidecar holds; waits only where units are asked for
    ...inMode(mode, 'admission', parts.admission), // a seat, a place in the queue or a refusal
  ]
}

const DRAINING: Refusal = { kind: 'draining', pushbackMs: 0 }

/** Calls from outside to the service beside us. */
export class Inbound implements CallHandler {
  readonly #side: Side
  /** For calls that come now. Owned by the composition. */
  app: Destination
  #isDraining = false

  constructor(side: Side, app: Destination) {
    this.#side = side
    this.app = app
  }

  /** From now on new calls are refused with DRAINING and may be tried elsewhere at once; health says NOT_SERVING. */
  drain(): void {
    this.#isDraining = true
  }

  opened(exchange: Exchange): ExchangeObserver {
    const call = new GatedCall(this.#side, exchange, this.app)
    if (!this.#isDraining) call.start()
    else if (answersWhileDraining(exchange.path)) call.answerOurselves(NOT_SERVING)
    else call.turnAway(DRAINING)
    return call
  }
}
