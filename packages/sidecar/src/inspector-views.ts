import type { Admission } from '@spillway/admission'
import type { Breakers, BreakerStateKind, BreakerView as BreakerNow, Transition } from '@spillway/breaker'
import type { Contract } from '@spillway/contract'
import type { BreakerState, BreakerTransition, BreakerView, Direction, ListenerView, Mode } from '@spillway/inspect'
import { breakerSettings } from './gate-settings.ts'

/** The three states that people know: a breaker that still lets only a part through is half-open to them. */
export function shownState(kind: BreakerStateKind): BreakerState {
  return kind === 'halfOpen' || kind === 'ramping' ? 'half_open' : kind
}

/** Every breaker as the inspector shows it. */
export function breakerViews(breakers: Breakers, contract: Contract, mode: Mode): readonly BreakerView[] {
  return breakers.list().map((breaker) => breakerView(breaker, contract, mode))
}

function breakerView(now: BreakerNow, contract: Contract, mode: Mode): BreakerView {
  const policy = contract.policyOf(now.method)
  const { errorPercent, minCalls, windowMs } = breakerSettings(policy.breaker)
  const history = now.history.map(shownTransition)
  return {
    name: now.name,
    upstream: now.upstream,
    method: now.method,
    state: shownState(now.state),
    mode,
    calls: now.calls,
    failures: now.faults,
    thresholdPercent: errorPercent,
    minCalls,
    windowMs,
    nextProbeMs: now.state === 'closed' ? undefined : now.nextProbeMs,
    fallbackRules: policy.fallbacks.map((rule) => rule.name),
    lastTransition: history.at(-1),
    history,
  }
}

function shownTransition({ atWallMs, from, to, reason }: Transition): BreakerTransition {
  return { atMs: atWallMs, from: shownState(from), to: shownState(to), reason }
}

/** The seats in front of one upstream. */
export function listenerView(direction: Direction, admission: Admission, mode: Mode): ListenerView {
  const { limit, seatsInUse, classes } = admission.snapshot()
  return {
    direction,
    limit,
    inUse: seatsInUse,
    mode,
    queues: classes.map((each) => ({
      class: each.name,
      inUse: each.seatsInUse,
      queued: each.queued,
      oldestMs: each.oldestWaitMs,
    })),
  }
}
