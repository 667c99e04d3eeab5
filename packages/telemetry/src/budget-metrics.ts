import type { MetricList, Sample } from './metric-list.ts'
import type { BudgetGauge, Gauges, LeaseGauge } from './gauges.ts'

type Reading<T> = (from: T) => number

/** Of every budget: name, help and value. The unit is the budget's own. */
const BUDGET_GAUGES: readonly [string, string, Reading<BudgetGauge>][] = [
  ['spillway_budget_level', 'What could be taken from the budget now, in its own unit.', ({ level }) => level],
  ['spillway_budget_debt', 'Charged beyond what was there; nobody is let in before it is repaid.', ({ debt }) => debt],
  ['spillway_budget_rate_per_second', 'What the budget gains per second.', ({ ratePerSecond }) => ratePerSecond],
  ['spillway_budget_burst', 'What the budget saves up at most.', ({ burst }) => burst],
]

const BUDGET_COUNTERS: readonly [string, string, Reading<BudgetGauge>][] = [
  ['spillway_budget_drawn_total', 'Drawn from the budget when calls were let in.', ({ drawn }) => drawn],
  ['spillway_budget_unneeded_total', 'Drawn for calls that did not need it.', ({ unneeded }) => unneeded],
  ['spillway_budget_overdrawn_total', 'Needed by calls beyond what was drawn for them.', ({ overdrawn }) => overdrawn],
  ['spillway_budget_unsettled_total', 'Calls of which nothing told what they took.', ({ unsettled }) => unsettled],
]

/** Of budgets that are shared. */
const LEASE_GAUGES: readonly [string, string, Reading<LeaseGauge>][] = [
  [
    'spillway_lease_total_rate_per_second',
    'Rate of the whole budget, over all regions.',
    (one) => one.totalRatePerSecond,
  ],
  ['spillway_lease_total_burst', 'Burst of the whole budget, over all regions.', ({ totalBurst }) => totalBurst],
  [
    'spillway_lease_cut_off',
    '1 while the lease has run out or there was none yet.',
    ({ isCutOff }) => (isCutOff ? 1 : 0),
  ],
  ['spillway_lease_epoch', 'Highest epoch of the grantors seen; 0 for none.', ({ epoch }) => epoch],
]

/** What budgets, leases and offices are at each scrape. */
export function registerBudgetMetrics(metrics: MetricList, gauges: Gauges): void {
  for (const [name, help, read] of BUDGET_GAUGES) {
    metrics.addGauge({ name, help }, () => ofBudgets(gauges, read))
  }
  for (const [name, help, read] of BUDGET_COUNTERS) {
    metrics.addCounter({ name, help }, () => ofBudgets(gauges, read))
  }
  for (const [name, help, read] of LEASE_GAUGES) metrics.addGauge({ name, help }, () => ofLeases(gauges, read))
  const calls = 'Calls that asked for a share of each budget, granted and refused.'
  metrics.addCounter({ name: 'spillway_budget_calls_total', help: calls }, () => callSamples(gauges))
  const demand = 'What callers ask of the budget per second, by class, refused calls included.'
  metrics.addGauge({ name: 'spillway_budget_demand_per_second', help: demand }, () => demandSamples(gauges))
  const office = '1 for an office that this process holds, 0 for one that it stands for.'
  metrics.addGauge({ name: 'spillway_office_held', help: office }, () => officeSamples(gauges))
}

function* ofBudgets(gauges: Gauges, read: Reading<BudgetGauge>): Generator<Sample> {
  for (const one of gauges.budgets()) yield { labels: { budget: one.budget }, value: read(one) }
}

function* ofLeases(gauges: Gauges, read: Reading<LeaseGauge>): Generator<Sample> {
  for (const { budget, lease } of gauges.budgets()) {
    if (lease !== undefined) yield { labels: { budget }, value: read(lease) }
  }
}

function* callSamples(gauges: Gauges): Generator<Sample> {
  for (const { budget, granted, refused } of gauges.budgets()) {
    yield { labels: { budget, result: 'granted' }, value: granted }
    yield { labels: { budget, result: 'refused' }, value: refused }
  }
}

function* demandSamples(gauges: Gauges): Generator<Sample> {
  for (const { budget, demand } of gauges.budgets()) {
    for (const one of demand) yield { labels: { budget, class: one.class }, value: one.perSecond }
  }
}

function* officeSamples(gauges: Gauges): Generator<Sample> {
  for (const { office, isHeld } of gauges.offices()) yield { labels: { office }, value: isHeld ? 1 : 0 }
}
