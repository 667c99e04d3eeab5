import type { BudgetClassSnapshot, BudgetSnapshot, SharedBudget } from '@spillway/budget'
import type { BudgetGauge, LeaseGauge, OfficeGauge } from '@spillway/telemetry'
import type { Composition } from './composition.ts'

type Parts = Pick<Composition, 'budgets' | 'leases' | 'sides'>

/** Every budget as metrics show it. */
export function budgetGauges({ budgets, leases, sides }: Parts): BudgetGauge[] {
  return budgets.snapshot().map((now) => {
    const unsettled = sides.inbound.unsettled.get(now.name) ?? 0
    return gaugeOf(now, unsettled, leaseOf(leases?.find(now.name)))
  })
}

/** The offices that this process stands for: none without the role. */
export function officeGauges({ leases }: Pick<Parts, 'leases'>): OfficeGauge[] {
  const node = leases?.node
  if (node === undefined) return []
  return [
    { office: 'aggregator', isHeld: node.regionElection.office !== undefined },
    { office: 'allocator', isHeld: node.isAllocator },
  ]
}

function gaugeOf(
  { name, rate, burst, level, debt, classes }: BudgetSnapshot,
  unsettled: number,
  lease: LeaseGauge | undefined,
): BudgetGauge {
  const sum = (of: (one: BudgetClassSnapshot) => number): number => classes.reduce((total, one) => total + of(one), 0)
  return {
    budget: name,
    level,
    debt,
    ratePerSecond: rate,
    burst,
    granted: sum(({ admitted }) => admitted),
    refused: sum(({ refused }) => refused),
    drawn: sum(({ used, unneeded, overdrawn }) => used + unneeded - overdrawn),
    unneeded: sum(({ unneeded }) => unneeded),
    overdrawn: sum(({ overdrawn }) => overdrawn),
    unsettled,
    demand: classes.map((one) => ({ class: one.name, perSecond: one.demand })),
    lease,
  }
}

function leaseOf(budget: SharedBudget | undefined): LeaseGauge | undefined {
  if (budget === undefined) return undefined
  const { lease, whole } = budget
  return {
    totalRatePerSecond: whole.rate,
    totalBurst: whole.burst,
    isCutOff: lease.isCutOff,
    epoch: lease.epoch,
  }
}
