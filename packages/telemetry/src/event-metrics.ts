import { className } from '@spillway/call'
import type { SidecarEvent } from './event.ts'
import type { MetricList } from './metric-list.ts'
import { LabelledCounts } from './labelled-counts.ts'

/** Name and help of each counter, by what counts in it. */
const COUNTERS = {
  answers: ['spillway_fallback_answers_total', 'Calls that a fallback rule answered, by rule and by what it replaced.'],
  transitions: ['spillway_breaker_transitions_total', 'Changes of state, by breaker and new state.'],
  unreadable: ['spillway_requests_unreadable_total', 'First messages that a rule wanted to read and could not.'],
  capped: ['spillway_class_capped_total', 'Calls taken out of the top class because their peer had its share of it.'],
  reloads: ['spillway_config_reloads_total', 'Reloads of the configuration, applied and rejected.'],
  bus: ['spillway_bus_changes_total', 'Connections to NATS that came up, were lost, and could not be made.'],
  offices: ['spillway_offices_total', 'Offices won and lost by this process.'],
  leases: ['spillway_lease_changes_total', 'Budgets that were cut off from their grantor, and had a share again.'],
  advice: ['spillway_advice_total', 'Messages about budgets that were refused, by budget and reason.'],
  unsaved: ['spillway_usage_unsaved_total', 'Usage totals that could not be read or written.'],
  cut: ['spillway_drains_total', 'Drains that ended, clean and with calls cut off.'],
  actions: ['spillway_operator_actions_total', 'Uses of the write role of the inspector, allowed and denied.'],
} as const

type CounterKey = keyof typeof COUNTERS

/** Counters of the events that are not about each call. */
export class EventMetrics {
  readonly #counts: Readonly<Record<CounterKey, LabelledCounts>> = {
    answers: new LabelledCounts(),
    transitions: new LabelledCounts(),
    unreadable: new LabelledCounts(),
    capped: new LabelledCounts(),
    reloads: new LabelledCounts(),
    bus: new LabelledCounts(),
    offices: new LabelledCounts(),
    leases: new LabelledCounts(),
    advice: new LabelledCounts(),
    unsaved: new LabelledCounts(),
    cut: new LabelledCounts(),
    actions: new LabelledCounts(),
  }

  constructor(metrics: MetricList) {
    for (const [key, counts] of Object.entries(this.#counts)) {
      const [name, help] = COUNTERS[key as CounterKey]
      metrics.addCounter({ name, help }, () => counts)
    }
  }

  /** Counts one event; a call counts only when a rule answered it. */
  record(event: SidecarEvent): void {
    switch (event.kind) {
      case 'call_ended':
        if (event.decision.kind !== 'answered') return
        return this.#counts.answers.add({ rule: event.decision.rule, reason: event.decision.reason })
      case 'breaker_changed':
        return this.#counts.transitions.add({ breaker: event.breaker, to: event.to })
      case 'request_unreadable':
        return this.#counts.unreadable.add({ reason: event.reason })
      case 'class_capped':
        return this.#counts.capped.add({ asked: className(event.asked), given: className(event.given) })
      case 'config_reloaded':
        return this.#counts.reloads.add({ result: 'applied' })
      case 'config_rejected':
        return this.#counts.reloads.add({ result: 'rejected' })
      case 'bus_changed':
        return this.#counts.bus.add({ change: event.change })
      case 'office_changed':
        return this.#counts.offices.add({ office: event.office, change: event.change })
      case 'lease_changed':
        return this.#counts.leases.add({ budget: event.budget, change: event.change })
      case 'advice_raised':
        return this.#counts.advice.add({ budget: event.budget, reason: event.reason }, event.count)
      case 'usage_unsaved':
        return this.#counts.unsaved.add({})
      case 'rule_failed': // the rule itself counts it: see `Gauges.rules`
      case 'drain_started':
        return
      case 'drain_ended':
        return this.#counts.cut.add({ result: event.cut === 0 ? 'clean' : 'cut' })
      case 'operator_action':
        return this.#counts.actions.add({ action: event.action, result: event.isAllowed ? 'allowed' : 'denied' })
    }
  }
}
