import type { Ledger } from './commit-ledger.ts'
import type { LeaseReport } from './message.ts'
import { NO_SHARE, addShares, type Share } from './share.ts'

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
  readonly ledger: Ledger
  latest: LeaseReport
  heardMs: number
  isOwedAnswer: boolean
  /** What the newest grant gave. */
  granted: Share
  /** What may be in force there, as of the last look. */
  committed: Share
}

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

  /** All that may be in force at the holders. */
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
    return this.#holders.get(`${holder}\n${incarnation}`)
  }

  /** Somebody holds what a predecessor granted; nothing was heard of it yet. */
  inherit(part: Pick<Holder, 'id' | 'incarnation' | 'entitlement' | 'ledger' | 'granted'>, nowMs: number): void {
    const silence = { latest: SILENCE, heardMs: Number.NEGATIVE_INFINITY, isOwedAnswer: false, committed: NO_SHARE }
    const holder = { ...part, ...silence }
    this.#holders.set(`${holder.id}\n${holder.incarnation}`, holder)
    this.refresh(holder, nowMs)
  }

  /** A report came in from `holder`, new or known. */
  heard(holder: Holder, report: LeaseReport, nowMs: number): void {
    const before = this.#newest.get(holder.id)
    if (before) this.#count(before.latest.wants, -1)
    holder.latest = report
    holder.heardMs = nowMs
    holder.isOwedAnswer = true
    this.#count(report.wants, 1)
    this.#newest.set(holder.id, holder)
    this.#holders.set(`${holder.id}\n${holder.incarnation}`, holder)
    this.refresh(holder, nowMs)
  }

  /** The ledger of `holder` changed. */
  refresh(holder: Holder, nowMs: number): void {
    const before = holder.committed
    holder.committed = holder.ledger.commit(nowMs)
    const { rate, burst } = this.#committed
    this.#committed = {
      rate: rate + holder.committed.rate - before.rate,
      burst: burst + holder.committed.burst - before.burst,
    }
  }

  /** Counts everything anew; forgets who was silent since `silentMs` and holds nothing any more. */
  sweep(nowMs: number, silentMs: number): void {
    this.#wants = []
    let committed = NO_SHARE
    for (const [key, holder] of this.#holders) {
      holder.committed = holder.ledger.commit(nowMs)
      const isSilent = holder.heardMs <= silentMs
      const isNewest = this.#newest.get(holder.id) === holder
      if (isSilent && isNewest) this.#newest.delete(holder.id)
      if (isSilent && holder.committed.rate === 0 && holder.committed.burst === 0) this.#holders.delete(key)
      else committed = addShares(committed, holder.committed)
      if (isNewest && !isSilent) this.#count(holder.latest.wants, 1)
    }
    this.#committed = committed
  }

  #count(wants: readonly number[], sign: number): void {
    for (let tier = 0; tier < wants.length; tier++) {
      this.#wants[tier] = Math.max(0, (this.#wants[tier] ?? 0) + sign * (wants[tier] ?? 0))
    }
  }
}
