import {
  AgreedTerms,
  NO_SHARE,
  defaultVoteTimes,
  type Agreement,
  type Booking,
  type BudgetTerms,
  type GrantId,
  type LeaseGrant,
  type LeaseReport,
  type Ledger,
  type RegionNode,
  type RegionNodeConfig,
  type Share,
  type SuccessionMessage,
  type Vote,
} from '@spillway/budget'
import type { Clock } from '@spillway/clock'
import type { Doorman } from './doorman.ts'

/**
 * Safety rules that are switched off on purpose: negative controls. A checker that notices none of them proves nothing.
 */
export interface Sabotage {
  /** S1: a lease counts from the arrival of its grant instead of the sending of the report that it answers. */
  readonly isAnchoredLate?: boolean
  /** S2: replaces the books; see {@link NewestOnlyLedger}. */
  readonly newLedger?: () => Ledger
  /** Replaces the books of the allocator and how a new one begins; see {@link Doorman}. */
  readonly doorman?: Doorman
  /** S3: sidecars take grants as they come, older ones too. */
  readonly isUnordered?: boolean
  /** S4: each allocator uses the epoch of the one before. */
  readonly isEpochReused?: boolean
  /** S5: clock differences that the election reckons with; -0.9 makes successors hasty and leaders linger. */
  readonly electionDrift?: number
  /** S6: sidecars' leases ignore the end of the lease and of the office that they hang on. */
  readonly isUncontained?: boolean
  /** S6: a region acknowledges a cut before it has clawed it back. */
  readonly isEarlyAck?: boolean
  /** S5: who is not in office does not look at what sidecars say they were granted. */
  readonly isBlindToWork?: boolean
  /** S11: voters that restart promise at once, whatever they promised before. */
  readonly isForgetful?: boolean
  /** S11: voters promise to everybody who asks. */
  readonly isTwoFaced?: boolean
  /** Who leaves an office hands it over without saying what it had granted. */
  readonly isLedgerForgotten?: boolean
  /** Who is told to follow a leader does so, whoever was in office in between. */
  readonly isHeirLate?: boolean
  /** S7: a bucket keeps what it has saved up, and may save up as much again, when its burst shrinks. */
  readonly isUntruncated?: boolean
  /** S7: a growth, a first lease too, comes with the units that fit more. */
  readonly isGrowthFree?: boolean
  /** S8: a lump is not deducted yet when the next grant is made, which hands it out again. */
  readonly isLumpLate?: boolean
  /** S9: a sidecar reports what it does not need and gives it up when the next grant says so. */
  readonly isReportedFirst?: boolean
  /** S9: a sidecar takes what it has given up back from a grant that was made before that was known. */
  readonly isCeilingBroken?: boolean
  /** S6: a region says that it runs on a smaller floor while sidecars still live on slices of the larger one. */
  readonly isFloorAckedEarly?: boolean
  /** A change of terms is in force as soon as the allocator is told of it; see {@link HastyTerms}. */
  readonly areTermsHasty?: boolean
  /** S9: a sidecar that ends says so, and goes on admitting. */
  readonly isLastReportEarly?: boolean
  /** S10: nobody looks at the wall clock. */
  readonly isWallBlind?: boolean
}

/** What a region's process is configured with, as far as it is sabotaged. */
export function sabotagedRules(
  { doorman, newLedger: booksOf, electionDrift, areTermsHasty }: Sabotage,
  drift: number,
  clock: Clock,
): Pick<RegionNodeConfig, 'drift' | 'electionDrift' | 'newLedger' | 'newAgreement'> {
  const newLedger = doorman ? (): Ledger => doorman.newLedger() : booksOf
  return {
    drift,
    electionDrift: electionDrift ?? drift,
    ...(newLedger && { newLedger }),
    ...(areTermsHasty && { newAgreement: (own: BudgetTerms) => new HastyTerms(own, clock) }),
  }
}

/** What a voter that lies answers: a promise to everybody. */
export function promiseAll(vote: Vote): Vote {
  return { ...vote, isPromised: true, forMs: defaultVoteTimes.ttlMs, otherEpoch: 0 }
}

/** What an allocator grants, as far as it is sabotaged: all of one epoch if that is never raised. */
export function tamperedGrants(
  grants: readonly LeaseGrant[],
  nowMs: number,
  { doorman, isEpochReused }: Sabotage,
): readonly LeaseGrant[] {
  if (doorman) return grants.map((grant) => doorman.answer(grant, nowMs))
  return isEpochReused === true ? grants.map((grant) => ({ ...grant, epoch: 1 })) : grants
}

/** What `process` takes a region's reports for: where the epoch is never raised, whatever they acknowledge is its own. */
export function reportsTo(
  { allocatorElection: { office } }: RegionNode,
  reports: readonly LeaseReport[],
  { isEpochReused }: Sabotage,
): readonly LeaseReport[] {
  if (isEpochReused !== true || office === undefined) return reports
  const { epoch } = office
  return reports.map((report) => (report.ack ? { ...report, ack: { ...report.ack, epoch } } : report))
}

/** What an aggregator that leaves says, as far as it is sabotaged. */
export function tamperedSuccession(
  message: SuccessionMessage,
  { isLedgerForgotten, isHeirLate }: Sabotage,
): SuccessionMessage {
  if (message.kind !== 'hand_over') return message
  const budgets = message.budgets.map((each) => (isLedgerForgotten ? { ...each, holders: [] } : each))
  return { ...message, budgets, officeMs: isHeirLate ? 60_000 : message.officeMs }
}

/** The naive books: the newest grant is all that counts. */
export class NewestOnlyLedger implements Ledger {
  #newest: Booking | undefined

  book(booking: Booking): void {
    this.#newest = booking
  }

  acknowledge(_id: GrantId, _force: Share, _slice: Share): boolean {
    return true
  }

  cap(): void {
    return
  }

  commit(nowMs: number): Share {
    const newest = this.#newest
    return newest && newest.expiresMs > nowMs ? newest.share : { rate: 0, burst: 0 }
  }

  sliceCommit(nowMs: number): Share {
    const newest = this.#newest
    return newest && newest.sliceExpiresMs > nowMs ? newest.slice : { rate: 0, burst: 0 }
  }

  end(): void {
    this.#newest = undefined
  }

  lastSliceExpiryMs(): number {
    return this.#newest?.sliceExpiresMs ?? 0
  }

  lastExpiryMs(): number {
    return this.#newest?.expiresMs ?? 0
  }
}

/** What an allocator is configured with holds at once, whatever the others reckon with. */
class HastyTerms extends AgreedTerms implements Agreement {
  #latest: BudgetTerms

  constructor(own: BudgetTerms, clock: Clock) {
    super(own, 0, clock)
    this.#latest = own
  }

  override configure(own: BudgetTerms): void {
    super.configure(own)
    this.#latest = own
  }

  override sliceOf(region: string): Share {
    return this.#latest.regions.get(region)?.floor ?? NO_SHARE
  }

  override reserved(): ReadonlyMap<string, Share> {
    return new Map(Array.from(this.#latest.regions, ([region, { floor }]) => [region, floor]))
  }
}

/** What a region says, as far as it is sabotaged; `force` is what it truly has from above. */
export function tamperedReport(report: LeaseReport, force: Share | undefined, sabotage: Sabotage): LeaseReport {
  const floor = report.terms?.floor ?? NO_SHARE
  const isHidden = sabotage.isFloorAckedEarly === true && report.slice.rate > floor.rate
  const claimed = sabotage.isEarlyAck === true ? (force ?? report.force) : report.force
  return { ...report, force: claimed, slice: isHidden ? floor : report.slice }
}
