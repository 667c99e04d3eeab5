import type { Clock } from '@spillway/clock'
import { Aggregator } from './aggregator.ts'
import { LeaseGrantor } from './lease-grantor.ts'
import { LeaseHolder } from './lease-holder.ts'
import type { BudgetHandOver } from './region-hand-over.ts'
import type { RegionNodeConfig } from './region-node.ts'
import { NO_SHARE, type Share } from './share.ts'
import type { Succession } from './succession.ts'
import type { BudgetTerms } from './terms.ts'
import { defaultVoteTimes } from './vote-election.ts'
import { Voter } from './voter.ts'

/** A term of office as a region's aggregator. */
export interface RegionTerm {
  readonly epoch: number
  readonly aggregators: ReadonlyMap<string, Aggregator>
  /** Votes for this region: whoever is its aggregator does, and promises nothing beyond the end of that office. */
  readonly voter: Voter
}

/** What a term is made of. */
export interface RegionTermParts {
  readonly config: RegionNodeConfig
  readonly terms: ReadonlyMap<string, BudgetTerms>
  /** The most that may be in force without a lease in this region, as far as this process knows. */
  readonly reservedFor: (budget: string) => Share
  readonly succession: Succession
  readonly clock: Clock
}

/**
 * A term begins. Usually all leases of the predecessor are dead by then, but for slices of the floor. If it left for this process and
 * nobody was in office since, this one goes on in its place, above and below. What was left is booked in any case until it has run
 * out: this process may have been elected because of it.
 */
export function beginTerm(epoch: number, parts: RegionTermParts): RegionTerm {
  const { config, terms, succession, clock } = parts
  const { inheritance } = succession
  const isDirect = succession.spend()
  const left = new Map(inheritance?.handOver.budgets.map((each) => [each.budget, each]))
  const aggregators = new Map(
    Array.from(terms.values(), (each) => {
      return [each.budget, newAggregator(each, epoch, left.get(each.budget), isDirect, parts)] as const
    }),
  )
  const { region, electionDrift: drift } = config
  // What a predecessor promised in the region's name ended with its office, which was before this one began; or it told.
  const voter = new Voter({ ...defaultVoteTimes, name: region, drift, silentMs: 0 }, clock)
  if (inheritance) voter.goOn(inheritance.handOver.voter, inheritance.receivedMs)
  return { epoch, aggregators, voter }
}

function newAggregator(
  terms: BudgetTerms,
  epoch: number,
  left: BudgetHandOver | undefined,
  isDirect: boolean,
  { config, reservedFor, succession, clock }: RegionTermParts,
): Aggregator {
  const { region, drift, spare, sidecarLeaseMs, sliceMs, newLedger } = config
  const { budget } = terms
  const incarnation = `${config.incarnation}/${epoch}`
  const heir = isDirect ? left : undefined
  const identity = { budget, holder: region, incarnation: heir?.above?.incarnation ?? incarnation, drift }
  const above = new LeaseHolder(identity, clock, heir?.above, succession.since)
  above.limitSlice(terms.regions.get(region)?.floor ?? NO_SHARE)
  const below = new LeaseGrantor(
    {
      ...(newLedger && { newLedger }),
      budget,
      incarnation,
      drift,
      spare,
      ttlMs: sidecarLeaseMs,
      sliceTtlMs: sliceMs,
      slicesBefore: heir?.unknownSlices ?? reservedFor(budget),
      areSlicesKnown: heir?.areSlicesKnown === true,
      lumps: 'always',
      leastBurst: 2,
      worthwhile: 0.05,
    },
    epoch,
    clock,
    () => ({ floor: NO_SHARE, weight: 1 }),
  )
  const receivedMs = succession.inheritance?.receivedMs ?? clock.nowMs()
  for (const holder of left?.holders ?? []) below.goOn(isDirect ? holder : { ...holder, seq: 0, wants: [] }, receivedMs)
  return new Aggregator(above, below, clock)
}
