import type { BudgetClassSnapshot, BudgetSnapshot, RegionNode, SharedBudget } from '@spillway/budget'
import type { BudgetClassView, BudgetView, Mode } from '@spillway/inspect'
import type { Composition } from './composition.ts'
import type { SidecarConfig } from './config/schema.ts'
import { usedBy } from './usage-totals.ts'

type Parts = Pick<Composition, 'budgets' | 'leases' | 'usage'>

/** Every budget as the inspector shows it. */
export function budgetViews(parts: Parts, config: SidecarConfig): readonly BudgetView[] {
  return parts.budgets.snapshot().map((now) => budgetView(now, parts, config))
}

function budgetView(now: BudgetSnapshot, { leases, usage }: Parts, { region, mode }: SidecarConfig): BudgetView {
  return {
    ...own(now, mode.budget),
    region,
    totalRatePerSecond: now.rate,
    totalBurst: now.burst,
    usedEver: usage.of(now.name),
    ...leaseOf(leases?.find(now.name), leases?.node),
  }
}

function own({ name, rate, burst, level, debt, classes }: BudgetSnapshot, mode: Mode) {
  const sum = (of: (one: BudgetClassSnapshot) => number): number => classes.reduce((total, one) => total + of(one), 0)
  return {
    name,
    mode,
    ratePerSecond: rate,
    burst,
    level: level - debt,
    demandPerSecond: sum(({ demand }) => demand),
    grantedTotal: sum(({ admitted }) => admitted),
    refusedTotal: sum(({ refused }) => refused),
    usedTotal: usedBy(classes),
    classes: classes.map(classView),
  }
}

function classView({ name, demand, admitted, refused, used }: BudgetClassSnapshot): BudgetClassView {
  return { class: name, demandPerSecond: demand, grantedTotal: admitted, refusedTotal: refused, usedTotal: used }
}

const NO_TERMS = { termsEpoch: 0, termsRevision: 0, termsPhase: '' } as const

const NO_LEASE = {
  isShared: false,
  isCutOff: false,
  isStarting: false,
  epoch: 0,
  isAggregator: false,
  isAllocator: false,
  ...NO_TERMS,
} as const

function leaseOf(budget: SharedBudget | undefined, node: RegionNode | undefined) {
  if (budget === undefined) return NO_LEASE
  const { lease, whole } = budget
  const { terms } = lease
  return {
    isShared: true,
    totalRatePerSecond: whole.rate,
    totalBurst: whole.burst,
    isCutOff: lease.isCutOff,
    isStarting: lease.isStarting,
    epoch: lease.epoch,
    isAggregator: node?.regionElection.office !== undefined,
    isAllocator: node?.isAllocator ?? false,
    ...(terms ? { termsEpoch: terms.epoch, termsRevision: terms.revision, termsPhase: terms.phase } : NO_TERMS),
  }
}
