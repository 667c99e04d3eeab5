import type { Clock } from '@spillway/clock'
import type { Ledger } from './commit-ledger.ts'
import type { Office } from './office.ts'
import { LeaseGrantor, type Reception } from './lease-grantor.ts'
import type { Commitment, LeaseGrant, LeaseReport } from './message.ts'
import type { Share } from './share.ts'

/** One budget as all regions must know it. */
export interface BudgetTerms {
  readonly budget: string
  readonly share: Share
  /** What each region keeps whatever happens, and its weight in the rest. Floors add up to at most the share. */
  readonly regions: ReadonlyMap<string, { readonly floor: Share; readonly weight: number }>
}

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
}

interface Inherited {
  readonly commitment: Commitment
  readonly expiresMs: number
}

/** Defaults beside the type. */
export const defaultAllocatorConfig = { drift: 0.02, ttlMs: 9_000, spare: 0.04 } as const

/**
 * Shares one budget out to regions while it holds the office. Each term starts with an empty ledger: by rule S5 all leases of
 * the predecessor are dead by then, unless it handed them over; floors are reserved by configuration.
 */
export class Allocator {
  readonly #terms: BudgetTerms
  readonly #config: AllocatorConfig
  readonly #clock: Clock
  #inherited: readonly Inherited[] = []
  #grantor: { readonly epoch: number; readonly grantor: LeaseGrantor } | undefined

  constructor(terms: BudgetTerms, config: AllocatorConfig, clock: Clock) {
    this.#terms = terms
    this.#config = config
    this.#clock = clock
  }

  /** Takes a region's report in; without office it is ignored as foreign. */
  receive(report: LeaseReport, office: Office | undefined): Reception {
    return office ? this.#for(office).receive(report) : 'foreign'
  }

  /** The grants to send now; none without office. */
  allocate(office: Office | undefined): LeaseGrant[] {
    if (!office) return []
    const { share } = this.#terms
    return this.#for(office).allocate({ share, expiresMs: office.deadlineMs, pool: share })
  }

  /** All that is out under that office, when it is left in good order; what was inherited included, even if nothing was done since. */
  handOver(office: Office): Commitment[] {
    return this.#for(office).handOver()
  }

  /**
   * What a predecessor had out when it left: booked by every term that begins before it has expired. A term may end early, and
   * who comes back finds no other trace of it.
   */
  inherit(commitment: Commitment): void {
    const expiresMs = this.#clock.nowMs() + commitment.remainingMs * (1 + this.#config.drift)
    this.#inherited = [...this.#live(), { commitment, expiresMs }]
  }

  #for({ epoch }: Office): LeaseGrantor {
    if (this.#grantor?.epoch !== epoch) this.#grantor = { epoch, grantor: this.#newGrantor(epoch) }
    return this.#grantor.grantor
  }

  #newGrantor(epoch: number): LeaseGrantor {
    const { budget, regions } = this.#terms
    const floors = new Map([...regions].map(([region, { floor }]) => [region, floor]))
    const config = {
      ...this.#config,
      budget,
      sliceTtlMs: Number.POSITIVE_INFINITY,
      hasPot: false,
      worthwhile: 0.01,
      floors,
    }
    const grantor = new LeaseGrantor(config, epoch, this.#clock, (region) => regions.get(region))
    this.#inherited = this.#live()
    for (const { commitment, expiresMs } of this.#inherited) grantor.inherit(commitment, expiresMs)
    return grantor
  }

  #live(): Inherited[] {
    const nowMs = this.#clock.nowMs()
    return this.#inherited.filter(({ expiresMs }) => expiresMs > nowMs)
  }
}
