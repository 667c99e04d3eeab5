import type { Clock } from '@spillway/clock'
import { Aggregator } from './aggregator.ts'
import { LeaseGrantor } from './lease-grantor.ts'
import { LeaseHolder } from './lease-holder.ts'
import type { RegionNodeConfig } from './region-node-config.ts'
import { NO_SHARE, type Share } from './share.ts'
import type { Inheritance } from './succession.ts'
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
  /** What a predecessor left to this term; undefined where nobody did, or somebody else was in between. */
  readonly inheritance: Inheritance | undefined
  readonly clock: Clock
}

/**
 * A term begins. Usually all leases of the predecessor are dead by then, but for slices of the floor. If it left for this process and
 * nobody was in office since, this one goes on in its place, above and below.
 */
export function beginTerm(epoch: number, parts: RegionTermParts): RegionTerm {
  const { config, terms, inheritance, clock } = parts
  const aggregators = new Map(
    Array.from(terms.values(), (each) => [each.budget, newAggregator(each, epoch, parts)] as const),
  )
  const { region, electionDrift: drift } = config
  // What a predecessor promised in the region's name ended with its office, which was before this one began; or it told.
  const voter = new Voter({ ...defaultVoteTimes, name: region, drift, silentMs: 0 }, clock)
  if (inheritance) voter.goOn(inheritance.handOver.voter, inheritance.receivedMs)
  return { epoch, aggregators, voter }
}

function newAggregator(terms: BudgetTerms, epoch: number, parts: RegionTermParts): Aggregator {
  const { config, reservedFor, inheritance, clock } = parts
  const { region, drift, spare, sidecarLeaseMs, sliceMs, newLedger } = config
  const { budget } = terms
  const incarnation = `${config.incarnation}/${epoch}`
  const left = inheritance?.handOver.budgets.find((each) => each.budget === budget)
  const identity = { budget, holder: region, incarnation: left?.above?.incarnation ?? incarnation, drift }
  const above = new LeaseHolder(identity, clock, left?.above, inheritance?.since)
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
      slicesBefore: left?.unknownSlices ?? reservedFor(budget),
      areSlicesKnown: left?.areSlicesKnown === true,
      lumps: 'always',
      leastBurst: 2,
      worthwhile: 0.05,
    },
    epoch,
    clock,
    () => ({ floor: NO_SHARE, weight: 1 }),
  )
  for (const holder of left?.holders ?? []) below.goOn(holder, inheritance?.receivedMs ?? clock.nowMs())
  return new Aggregator(above, below, clock)
}
