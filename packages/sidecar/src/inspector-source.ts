import type { InspectorSource } from '@spillway/inspect'
import { budgetViews } from './budget-views.ts'
import type { Composition } from './composition.ts'
import { breakerViews, listenerViews } from './inspector-views.ts'
import { policyValues } from './policy-values.ts'

/** What the inspector shows of a sidecar, computed when asked. */
export function inspectorSource(composition: Composition): InspectorSource {
  const { telemetry, breakers } = composition
  return {
    breakers: () => breakerViews(breakers, composition.contract, composition.config.mode.breaker),
    watchBreakers: (changed) => breakers.subscribe(changed),
    tripBreaker: (name, reason) => void breakers.trip(name, reason),
    resetBreaker: (name, reason) => void breakers.reset(name, reason),
    methods: () =>
      Array.from(composition.contract.methods.values(), (policy) => ({
        path: policy.path,
        values: policyValues(policy),
      })),
    methodStats: () => telemetry.methodStats.view(),
    listeners: () => listenerViews(composition.traffic.destinations, composition.config.mode.admission),
    budgets: () => budgetViews(composition, composition.config),
    tap: (filter, notify) => telemetry.tap.subscribe(filter, notify),
    audit: (action) => telemetry.emit({ kind: 'operator_action', ...action }),
  }
}
