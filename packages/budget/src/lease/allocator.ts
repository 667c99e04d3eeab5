import type { Clock } from '@spillway/clock'
import { AgreedTerms, type Agreement, type TermsConflict } from './agreed-terms.ts'
import type { Ledger } from './commit-ledger.ts'
import type { Office } from './office.ts'
import { LeaseGrantor, type Reception } from './lease-grantor.ts'
import { isSaneReport, type Commitment, type LeaseGrant, type LeaseReport } from './message.ts'
import { isWithin, type Share } from './share.ts'
import type { BudgetTerms, TermsInForce, TermsPhase, TermsReport } from './terms.ts'

/** How an allocator works. */
export interface AllocatorConfig {
  readonly incarnation: string
  readonly drift: number
  /** How long a region's lease holds, in milliseconds; capped by what is left of the office. */
  readonly ttlMs: number
  /** Fraction of the budget kept for instant growth. */
  readonly spare: number
  /** See `LeaseGrantorConfig.newLedger`. */
  readonly newLedger?: () => Ledger
  /** Decides which terms hold; left out, {@link AgreedTerms}. Simulations put a broken one in to see that it is noticed. */
  readonly newAgreement?: (own: BudgetTerms) => Agreement
}

interface Inherited {
  readonly commitment: Commitment
  readonly expiresMs: number
}

/** Defaults beside the type. */
export const defaultAllocatorConfig = { drift: 0.02, ttlMs: 9_000, spare: 0.04 } as const

/** A term of office. */
interface Term {
  readonly epoch: number
  readonly grantor: LeaseGrantor
  /** The terms in force but for their phase, and how often they have changed. */
  figures: string
  revision: number
}

/**
 * Shares one budget out to regions while it holds the office. Each term starts with an empty ledger: by rule S5 all leases of
 * the predecessor are dead by then, unless it handed them over; floors are set aside. What it shares out are the terms that the
 * regions agree on, see {@link AgreedTerms}.
 */
export class Allocator {
  readonly #agreed: Agreement
  readonly #config: AllocatorConfig
  readonly #clock: Clock
  #inherited: readonly Inherited[] = []
  #term: Term | undefined

  constructor(terms: BudgetTerms, config: AllocatorConfig, clock: Clock) {
    this.#agreed = config.newAgreement?.(terms) ?? new AgreedTerms(terms, config.ttlMs * (1 + config.drift), clock)
    this.#config = config
    this.#clock = clock
  }

  /** The configuration has changed. What is larger in it comes into force when the others have it too. */
  configure(terms: BudgetTerms): void {
    this.#agreed.configure(terms)
  }

  /** What a region of this process is to report of its configuration. */
  termsReport(region: string, areSlicesKnown: boolean): TermsReport {
    return this.#agreed.report(region, areSlicesKnown)
  }

  /** The most that may be in force in a region without a lease, as far as this process alone knows. */
  reservedFor(region: string): Share {
    return this.#agreed.reservedFor(region)
  }

  /** Regions that are configured otherwise than this process. */
  conflicts(): readonly TermsConflict[] {
    return this.#agreed.conflicts()
  }

  /** Takes a region's report in; without office it is ignored as foreign, but for what it says of the configuration. */
  receive(report: LeaseReport, office: Office | undefined): Reception {
    if (isSaneReport(report)) this.#agreed.overhear(report)
    return office ? this.#for(office).grantor.receive(report) : 'foreign'
  }

  /** The grants to send now; none without office. */
  allocate(office: Office | undefined): LeaseGrant[] {
    if (!office) return []
    const term = this.#for(office)
    const share = this.#agreed.whole()
    const terms = this.#inForce(term, share)
    const reserved = this.#agreed.reserved()
    return term.grantor.allocate({ share, expiresMs: office.deadlineMs, pool: share, reserved, terms })
  }

  /** All that is out under that office, when it is left in good order; what was inherited included, even if nothing was done since. */
  handOver(office: Office): Commitment[] {
    return this.#for(office).grantor.handOver()
  }

  /**
   * What a predecessor had out when it left: booked by every term that begins before it has expired. A term may end early, and
   * who comes back finds no other trace of it. What it left replaces what those before it had: it has booked that too, or it was dead.
   * To book both would be to take more for held than there is, and grant it.
   */
  inherit(commitments: readonly Commitment[]): void {
    const nowMs = this.#clock.nowMs()
    this.#inherited = commitments.map((commitment) => {
      return { commitment, expiresMs: nowMs + commitment.remainingMs * (1 + this.#config.drift) }
    })
  }

  #for({ epoch }: Office): Term {
    if (this.#term?.epoch !== epoch) {
      this.#term = { epoch, grantor: this.#newGrantor(epoch), figures: '', revision: 0 }
    }
    return this.#term
  }

  #inForce(term: Term, whole: Share): TermsInForce {
    const regions = [...this.#agreed.own.regions.keys()]
    const figures = JSON.stringify([whole, regions.map((region) => [region, this.#agreed.sliceOf(region)])])
    if (figures !== term.figures) {
      term.figures = figures
      term.revision++
    }
    return { epoch: term.epoch, revision: term.revision, whole, phase: this.#phase(term, whole) }
  }

  #phase({ grantor }: Term, whole: Share): TermsPhase {
    if (this.#agreed.conflicts().length > 0) return 'agreeing'
    if (this.#agreed.isLowering || !isWithin(grantor.commit(), whole)) return 'lowering'
    const { regions } = this.#agreed.own
    const isAgreed = [...regions].every(([region, { floor }]) => isWithin(floor, this.#agreed.sliceOf(region)))
    return isAgreed ? 'settled' : 'agreeing'
  }

  #newGrantor(epoch: number): LeaseGrantor {
    const agreed = this.#agreed
    const config = {
      ...this.#config,
      budget: agreed.own.budget,
      sliceTtlMs: Number.POSITIVE_INFINITY,
      lumps: 'in_units' as const,
      leastBurst: 1,
      worthwhile: 0.01,
    }
    const grantor = new LeaseGrantor(config, epoch, this.#clock, (region) => {
      const known = agreed.own.regions.get(region)
      return known && { floor: agreed.floorOf(region), weight: known.weight, slice: agreed.sliceOf(region) }
    })
    this.#inherited = this.#live()
    for (const { commitment, expiresMs } of this.#inherited) grantor.inherit(commitment, expiresMs)
    return grantor
  }

  #live(): Inherited[] {
    const nowMs = this.#clock.nowMs()
    return this.#inherited.filter(({ expiresMs }) => expiresMs > nowMs)
  }
}
