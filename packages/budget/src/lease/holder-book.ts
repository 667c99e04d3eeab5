import type { Ledger } from './commit-ledger.ts'
import type { LeaseReport } from './message.ts'
import { NO_SHARE, subtractShare, type Share } from './share.ts'

/** What a holder is entitled to before anybody asks. */
export interface Entitlement {
  /** Guaranteed, and never given to others. */
  readonly floor: Share
  /** What of it stays in force without a lease; left out, an even part of the grantor's own slice. */
  readonly slice?: Share
  /** Relative part in what is left. */
  readonly weight: number
}

/** One incarnation of a holder, as its grantor sees it. */
export interface Holder {
  readonly id: string
  readonly incarnation: string
  entitlement: Entitlement
  /** What is set aside for it, whichever of its incarnations runs on it. */
  reserved: Share
  readonly ledger: Ledger
  latest: LeaseReport
  heardMs: number
  isOwedAnswer: boolean
  /** What the newest grant gave. */
  granted: Share
  /** What may be in force there beyond what is reserved, as of the last look. */
  committed: Share
}

/** What is known of a holder that a predecessor granted to. */
type Inherited = Pick<Holder, 'id' | 'incarnation' | 'entitlement' | 'reserved' | 'ledger' | 'granted'>

/** Stands for the report of somebody who was not heard of yet. */
const SILENCE: LeaseReport = {
  budget: '',
  holder: '',
  incarnation: '',
  seq: 0,
  ack: undefined,
  force: NO_SHARE,
  slice: NO_SHARE,
  used: 0,
  wants: [],
  level: 0,
  asks: [],
  returned: 0,
}

/**
 * The holders of one grantor. Sums are kept up to date by every change, so that asking for them costs nothing; what expires
 * leaves them at the next {@link sweep}, late but never early.
 */
export class HolderBook {
  readonly #holders = new Map<string, Holder>()
  readonly #newest = new Map<string, Holder>()
  #committed = NO_SHARE
  #wants: number[] = []

  /** All that may be in force at the holders beyond what is reserved for them. */
  get committed(): Share {
    return this.#committed
  }

  /** Demand of the newest incarnations by tier. */
  get wants(): readonly number[] {
    return this.#wants
  }

  /** Every incarnation that still holds something or was heard of. */
  get all(): Iterable<Holder> {
    return this.#holders.values()
  }

  /** The newest incarnation of each holder. */
  get newest(): readonly Holder[] {
    return [...this.#newest.values()]
  }

  /** That incarnation, or undefined. */
  find(holder: string, incarnation: string): Holder | undefined {
    const newest = this.#newest.get(holder)
    return newest?.incarnation === incarnation ? newest : this.#holders.get(`${holder}\n${incarnation}`)
  }

  /** Somebody holds what a predecessor granted; nothing was heard of it yet. */
  inherit(part: Inherited, nowMs: number): void {
    const silence = { latest: SILENCE, heardMs: Number.NEGATIVE_INFINITY, isOwedAnswer: false, committed: NO_SHARE }
    const holder = { ...part, ...silence }
    this.#holders.set(`${holder.id}\n${holder.incarnation}`, holder)
    this.refresh(holder, nowMs)
  }

  /** As {@link inherit}; with a number above 0, it was heard of by the predecessor, and needs no answer. */
  goOn(part: Inherited, heard: Pick<LeaseReport, 'budget' | 'seq' | 'wants' | 'returned'>, nowMs: number): void {
    this.inherit(part, nowMs)
    const holder = this.#holders.get(`${part.id}\n${part.incarnation}`)
    if (!holder || heard.seq === 0) return
    this.heard(holder, { ...SILENCE, ...heard, holder: part.id, incarnation: part.incarnation }, nowMs)
    holder.isOwedAnswer = false
  }

  /** A report came in from `holder`, new or known. */
  heard(holder: Holder, report: LeaseReport, nowMs: number): void {
    const before = this.#newest.get(holder.id)
    if (before) this.#count(before.latest.wants, -1)
    if (before !== holder) {
      this.#newest.set(holder.id, holder)
      this.#holders.set(`${holder.id}\n${holder.incarnation}`, holder)
    }
    holder.latest = report
    holder.heardMs = nowMs
    holder.isOwedAnswer = true
    this.#count(report.wants, 1)
    this.refresh(holder, nowMs)
  }

  /** The last report of `holder` came in. It is remembered for a while, so that older ones that are late are known to be. */
  ended(holder: Holder, report: LeaseReport, nowMs: number): void {
    this.#holders.set(`${holder.id}\n${holder.incarnation}`, holder)
    if (this.#newest.get(holder.id) === holder) {
      this.#count(holder.latest.wants, -1)
      this.#newest.delete(holder.id)
    }
    holder.latest = report
    holder.heardMs = nowMs
    holder.isOwedAnswer = false
    this.refresh(holder, nowMs)
  }

  /** What is set aside for each holder has changed: counted by the next {@link sweep}. */
  reserve(setAside: ReadonlyMap<string, Share>): void {
    for (const holder of this.#holders.values()) holder.reserved = setAside.get(holder.id) ?? NO_SHARE
  }

  /** The ledger of `holder` changed. */
  refresh(holder: Holder, nowMs: number): void {
    const before = holder.committed
    holder.committed = beyondReserved(holder, nowMs)
    const { rate, burst } = this.#committed
    this.#committed = {
      rate: rate + holder.committed.rate - before.rate,
      burst: burst + holder.committed.burst - before.burst,
    }
  }

  /** Counts everything anew; forgets who was silent since `silentMs` and holds nothing any more. */
  sweep(nowMs: number, silentMs: number): void {
    this.#wants = []
    let rate = 0
    let burst = 0
    for (const [key, holder] of this.#holders) {
      holder.committed = beyondReserved(holder, nowMs)
      // Whose lease has run out unanswered is out of reach: what it asked for keeps nothing from the others.
      const isExpired = !holder.isOwedAnswer && !holder.latest.isFinal && holder.ledger.lastExpiryMs() <= nowMs
      const isSilent = isExpired || holder.heardMs <= silentMs
      const isNewest = this.#newest.get(holder.id) === holder
      if (isSilent && isNewest) this.#newest.delete(holder.id)
      if (isSilent && holder.committed.rate === 0 && holder.committed.burst === 0) this.#holders.delete(key)
      else {
        rate += holder.committed.rate
        burst += holder.committed.burst
      }
      if (isNewest && !isSilent) this.#count(holder.latest.wants, 1)
    }
    this.#committed = { rate, burst }
  }

  #count(wants: readonly number[], sign: number): void {
    for (let tier = 0; tier < wants.length; tier++) {
      this.#wants[tier] = Math.max(0, (this.#wants[tier] ?? 0) + sign * (wants[tier] ?? 0))
    }
  }
}

function beyondReserved({ ledger, reserved }: Holder, nowMs: number): Share {
  return subtractShare(ledger.commit(nowMs), reserved)
}
