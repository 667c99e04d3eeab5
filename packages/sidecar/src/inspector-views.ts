import type { Breakers, BreakerStateKind, BreakerView as BreakerNow, Transition } from '@spillway/breaker'
import type { Contract } from '@spillway/contract'
import type { BreakerState, BreakerTransition, BreakerView, ListenerView, Mode } from '@spillway/inspect'
import type { Destination } from './destination.ts'
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

/** The seats in front of the app and of each upstream that has a limit. */
export function listenerViews(destinations: readonly Destination[], mode: Mode): readonly ListenerView[] {
  return destinations.flatMap(({ settings: { direction, name }, admission }) => {
    if (admission === undefined) return []
    const { limit, seatsInUse, classes } = admission.snapshot()
    const queues = classes.map((each) => ({
      class: each.name,
      inUse: each.seatsInUse,
      queued: each.queued,
      oldestMs: each.oldestWaitMs,
    }))
    return [{ direction, upstream: name, limit, inUse: seatsInUse, mode, queues }]
  })
}
