import type { InspectorSource } from '@spillway/inspect'
import { budgetViews } from './budget-views.ts'
import type { Composition } from './composition.ts'
import type { SidecarConfig } from './config/schema.ts'
import { breakerViews, listenerView } from './inspector-views.ts'
import { policyValues } from './policy-values.ts'

/** What the inspector shows of a sidecar, computed when asked. */
export function inspectorSource(composition: Composition, config: SidecarConfig): InspectorSource {
  const { telemetry, breakers, admission } = composition
  const { mode } = config
  return {
    breakers: () => breakerViews(breakers, composition.contract, mode.breaker),
    watchBreakers: (changed) => breakers.subscribe(changed),
    tripBreaker: (name, reason) => void breakers.trip(name, reason),
    resetBreaker: (name, reason) => void breakers.reset(name, reason),
    methods: () =>
      Array.from(composition.contract.methods.values(), (policy) => ({
        path: policy.path,
        values: policyValues(policy),
      })),
    methodStats: () => telemetry.methodStats.view(),
    listeners: () => [listenerView('inbound', admission, mode.admission)],
    budgets: () => budgetViews(composition, config),
    tap: (filter, notify) => telemetry.tap.subscribe(filter, notify),
    audit: (action) => telemetry.emit({ kind: 'operator_action', ...action }),
  }
}
