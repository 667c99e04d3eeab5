import { NEVER_RETRY, REFUSAL_FORMS, type Gate, type Refusal } from '@spillway/call'
import { ExpiredGate, type Admission } from '@spillway/admission'
import { BreakerGate, type Breakers } from '@spillway/breaker'
import type { Clock } from '@spillway/clock'
import type { CallHandler, Exchange, ExchangeObserver } from '@spillway/relay'
import type { SidecarConfig } from './config/schema.ts'
import { GatedCall } from './gated-call.ts'
import type { Routes } from './routes.ts'
import { inMode } from './shadow-gate.ts'
import type { Side } from './side.ts'

/** What the gates in front of one upstream are made of. */
export interface OutboundParts {
  readonly clock: Clock
  readonly breakers: Breakers
  /** Undefined: the upstream may be sent as many calls at once as come. */
  readonly admission: Admission | undefined
}

/**
 * What a call of our own service to an upstream has to pass, in this order. There is no budget here: a call is charged
 * where it is served, once, however many hops it has.
 */
export function outboundGates(parts: OutboundParts, mode: SidecarConfig['mode']): readonly Gate[] {
  return [
    ...inMode(mode, 'expired', new ExpiredGate(parts.clock)), // never send what nobody waits for
    ...inMode(mode, 'breaker', new BreakerGate(parts.breakers)), // a sick upstream gets probes only
    ...inMode(mode, 'admission', parts.admission), // no upstream may take all we have
  ]
}

/** Calls of our own service to others. */
export class Outbound implements CallHandler {
  readonly #side: Side
  /** For calls that come now. Owned by the composition. */
  routes: Routes

  constructor(side: Side, routes: Routes) {
    this.#side = side
    this.routes = routes
  }

  opened(exchange: Exchange): ExchangeObserver {
    const { nowhere } = this.routes
    const destination = this.routes.find(exchange.authority, exchange.path)
    if (destination !== undefined) {
      const call = new GatedCall(this.#side, exchange, destination)
      call.start()
      return call
    }
    const call = new GatedCall(this.#side, exchange, nowhere)
    const refusal: Refusal = {
      kind: 'upstream_unreachable',
      pushbackMs: NEVER_RETRY,
      upstream: nowhere.upstream.name,
    }
    const { answers, contract } = this.#side.policies
    const answer = answers.of(refusal, exchange.path, contract)
    call.turnAway(refusal, { ...answer, message: noRoute(exchange) })
    return call
  }
}

/** The caller is our own app: it may know what to mend. */
function noRoute({ authority, path }: Exchange): string {
  const service = path.slice(1, path.lastIndexOf('/'))
  return `${REFUSAL_FORMS.upstream_unreachable.message}: no upstream is named ${authority} or serves ${service}`
}
