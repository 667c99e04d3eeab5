import type { Clock } from '@spillway/clock'
import type { LeaseReport } from './message.ts'
import { NO_SHARE, isWithin, maxShare, minShare, type Share } from './share.ts'
import type { BudgetTerms, TermsReport } from './terms.ts'

/** A region that is configured otherwise than this process. */
export interface TermsConflict {
  readonly region: string
  readonly theirs: { readonly whole: Share; readonly floor: Share }
  readonly ours: { readonly whole: Share; readonly floor: Share }
}

interface Heard {
  readonly incarnation: string
  readonly seq: number
  readonly atMs: number
  /** What stays in force there without a lease. */
  readonly slice: Share
  readonly terms: TermsReport
}

/** What an allocator goes by; {@link AgreedTerms} is the rule. */
export interface Agreement {
  readonly own: BudgetTerms
  configure(own: BudgetTerms): void
  overhear(report: LeaseReport): void
  whole(): Share
  floorOf(region: string): Share
  sliceOf(region: string): Share
  readonly isLowering: boolean
  reserved(): ReadonlyMap<string, Share>
  reservedFor(region: string): Share
  report(region: string, areSlicesKnown: boolean): TermsReport
  conflicts(): readonly TermsConflict[]
}

/**
 * What can be enforced of a budget's terms while processes are configured differently, as happens whenever somebody changes
 * them. Rate and burst: the smallest of all that are live. A floor is a promise that outlives every lease, so it is raised only
 * as far as each region reckons with it, and set aside until its region has said that it runs on less: whichever process becomes
 * allocator next, cut off from whomever, reckons with what the others may still have.
 *
 * Listens to the reports of all regions in office and out of it. Forgets everything with its process.
 */
export class AgreedTerms implements Agreement {
  readonly #liveMs: number
  readonly #clock: Clock
  #own: BudgetTerms
  /** Floors above the configured ones that a region may still live on. */
  readonly #lingering = new Map<string, Share>()
  readonly #heard = new Map<string, Heard>()

  /** A region that was silent for `liveMs` has no lease any more: its configuration does not count then. */
  constructor(own: BudgetTerms, liveMs: number, clock: Clock) {
    this.#own = own
    this.#liveMs = liveMs
    this.#clock = clock
  }

  /** What this process is configured with. */
  get own(): BudgetTerms {
    return this.#own
  }

  /** Some region may still live on a floor that is larger than configured. */
  get isLowering(): boolean {
    return this.#lingering.size > 0
  }

  /** The configuration of this process has changed. */
  configure(own: BudgetTerms): void {
    for (const region of this.#own.regions.keys()) {
      const before = this.reservedFor(region)
      if (!isWithin(before, own.regions.get(region)?.floor ?? NO_SHARE)) this.#lingering.set(region, before)
    }
    this.#own = own
    for (const region of this.#heard.keys()) if (!this.#matters(region)) this.#heard.delete(region)
  }

  /** A region reported, to this process or to another one. */
  overhear({ holder, incarnation, seq, slice, terms }: LeaseReport): void {
    const known = this.#heard.get(holder)
    if (!terms || !this.#matters(holder) || (known?.incarnation === incarnation && seq <= known.seq)) return
    this.#heard.set(holder, { incarnation, seq, atMs: this.#clock.nowMs(), slice, terms })
    const floor = this.#own.regions.get(holder)?.floor ?? NO_SHARE
    // A region that is itself configured with more may be given more, by whoever shares its configuration.
    const runsOnLess = terms.areSlicesKnown && isWithin(slice, floor) && isWithin(terms.floor, floor)
    if (runsOnLess) this.#lingering.delete(holder)
    else if (!isWithin(slice, this.reservedFor(holder))) this.#lingering.set(holder, slice)
  }

  /** The whole budget: the smallest rate and the smallest burst of all live configurations. */
  whole(): Share {
    return this.#live().reduce((least, [, { terms }]) => minShare(least, terms.whole), this.#own.share)
  }

  /** What a region is guaranteed while it is in touch. */
  floorOf(region: string): Share {
    const floor = this.#own.regions.get(region)?.floor ?? NO_SHARE
    const heard = this.#heard.get(region)
    return heard ? minShare(floor, heard.terms.floor) : floor
  }

  /** What a region may keep when it is cut off: more than it keeps now only if every region reckons with it. */
  sliceOf(region: string): Share {
    const kept = this.#heard.get(region)?.slice ?? NO_SHARE
    let agreed = this.floorOf(region)
    for (const other of this.#own.regions.keys()) {
      agreed = minShare(agreed, this.#heard.get(other)?.terms.reserved.get(region) ?? kept)
    }
    return agreed
  }

  /** What must be set aside for each region, beyond what it is known to hold. */
  reserved(): ReadonlyMap<string, Share> {
    const regions = new Set([...this.#own.regions.keys(), ...this.#lingering.keys()])
    const live = this.#live()
    return new Map(
      Array.from(regions, (region) => {
        const others = live.map(([, { terms }]) => terms.reserved.get(region) ?? NO_SHARE)
        return [region, others.reduce(maxShare, this.reservedFor(region))] as const
      }),
    )
  }

  /** What `region`, which this process speaks for, is to report. */
  report(region: string, areSlicesKnown: boolean): TermsReport {
    const names = [...new Set([...this.#own.regions.keys(), ...this.#lingering.keys()])]
    return {
      whole: this.#own.share,
      floor: this.#own.regions.get(region)?.floor ?? NO_SHARE,
      reserved: new Map(names.map((name) => [name, this.reservedFor(name)])),
      areSlicesKnown,
    }
  }

  /** Live regions that are configured otherwise than this process. */
  conflicts(): readonly TermsConflict[] {
    return this.#live().flatMap(([region, { terms }]) => {
      const ours = { whole: this.#own.share, floor: this.#own.regions.get(region)?.floor ?? NO_SHARE }
      const theirs = { whole: terms.whole, floor: terms.floor }
      return isSame(ours.whole, theirs.whole) && isSame(ours.floor, theirs.floor) ? [] : [{ region, theirs, ours }]
    })
  }

  /** The most that may be in force in a region without a lease, as far as this process alone knows. */
  reservedFor(region: string): Share {
    const floor = this.#own.regions.get(region)?.floor ?? NO_SHARE
    return maxShare(floor, this.#lingering.get(region) ?? NO_SHARE)
  }

  #matters(region: string): boolean {
    return this.#own.regions.has(region) || this.#lingering.has(region)
  }

  #live(): readonly (readonly [string, Heard])[] {
    const sinceMs = this.#clock.nowMs() - this.#liveMs
    return [...this.#heard].filter(([region, { atMs }]) => atMs > sinceMs && this.#own.regions.has(region))
  }
}

function isSame(one: Share, other: Share): boolean {
  return isWithin(one, other) && isWithin(other, one)
}
