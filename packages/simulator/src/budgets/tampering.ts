import type { GrantId, LeaseGrant, LeasedBudget, LeaseReport, Share } from '@spillway/budget'
import { NO_SHARE, defaultRegionNodeConfig } from '@spillway/budget'
import type { Sabotage } from './sabotage.ts'

/** What is known of one incarnation of a sidecar. */
interface Holding {
  arrivals: number
  /** The true names of the latest grants, by the number that they arrived under. */
  readonly ids: Map<number, GrantId>
  /** The newest grant as it was made, and the burst that the sidecar believes it has. */
  newest: LeaseGrant | undefined
  burst: number
  /** What the sidecar said that it has given up to, since the newest grant. */
  promised: Share | undefined
  /** True times at which the latest reports were sent, by number. */
  readonly sentMs: Map<number, number>
  /** Its latest report as it was made. */
  said: LeaseReport | undefined
}

const REMEMBERED = 64

/** Breaks the rules that a sidecar keeps (S1, S3, S6 to S9) by changing what it hears and says; see {@link Sabotage}. */
export class Tampering {
  readonly #sabotage: Sabotage
  readonly #isHonest: boolean
  /** The lump of the grant before, whoever got it. */
  #undeducted = 0
  readonly #holdings = new WeakMap<LeasedBudget, Holding>()

  constructor(sabotage: Sabotage) {
    this.#sabotage = sabotage
    this.#isHonest = Object.keys(sabotage).length === 0
  }

  /** The grant as the sidecar is to hear it. */
  grant(budget: LeasedBudget, made: LeaseGrant, nowMs: number): LeaseGrant {
    if (this.#isHonest) return made
    const { isUnordered, isReportedFirst, isUntruncated } = this.#sabotage
    const holding = this.#holdingOf(budget)
    const timely = { ...made, ttlMs: this.#ttlMs(made, holding, nowMs) }
    const grant = this.#sabotage.isCeilingBroken ? uncapped(timely, holding) : timely
    const isNews = isUnordered || !holding.newest || isAfter(grant, holding.newest)
    if (!isNews) return grant
    const lump = this.#lumpOf(grant, holding.newest)
    const burst = Math.max(grant.share.burst, grant.lump > 0 ? 0 : lump, isUntruncated ? holding.burst : 0)
    const heard = { ...grant, lump, share: { rate: grant.share.rate, burst } }
    holding.newest = grant
    holding.burst = burst
    holding.promised = undefined
    return isUnordered || isReportedFirst ? rename(heard, holding) : heard
  }

  /** The report as the sidecar is to say it. */
  report(budget: LeasedBudget, report: LeaseReport, nowMs: number): LeaseReport {
    if (this.#isHonest) return report
    const holding = this.#holdingOf(budget)
    holding.said = report
    holding.sentMs.set(report.seq, nowMs)
    holding.sentMs.delete(report.seq - REMEMBERED)
    const { newest } = holding
    const { isUnordered, isReportedFirst, isUntruncated, isLumpLate } = this.#sabotage
    if (!newest) return report
    if (isUntruncated || isLumpLate) return { ...report, force: smaller(report.force, newest.share) }
    if (!isUnordered && !isReportedFirst) return report
    const ack = report.ack && holding.ids.get(report.ack.seq)
    if (!isReportedFirst) return { ...report, ack }
    const force = holding.promised ? smaller(holding.promised, report.force) : report.force
    holding.promised = force
    // What it gave up comes back until the next grant takes it.
    if (report.force.rate < newest.share.rate) budget.accept(rename({ ...uncapped(newest, holding), lump: 0 }, holding))
    return { ...report, ack, force }
  }

  /** The sidecar is told to end: its last report, unless it has none. */
  end(budget: LeasedBudget): LeaseReport | undefined {
    if (!this.#sabotage.isLastReportEarly) return budget.end()
    const { said } = this.#holdingOf(budget)
    return said && { ...said, seq: said.seq + 1, force: NO_SHARE, slice: NO_SHARE, isFinal: true }
  }

  /** How long the lease holds: longer by how late the grant is, or whatever it hangs on. */
  #ttlMs({ ttlMs, anchor }: LeaseGrant, { sentMs }: Holding, nowMs: number): number {
    const { isAnchoredLate, isUncontained } = this.#sabotage
    const lagMs = isAnchoredLate ? nowMs - (sentMs.get(anchor) ?? nowMs) : 0
    return (isUncontained ? defaultRegionNodeConfig.sidecarLeaseMs : ttlMs) + lagMs
  }

  /** Units to add at once: those of the grantor, those of the lump before, those that fit more. */
  #lumpOf({ share, lump }: LeaseGrant, before: LeaseGrant | undefined): number {
    const { isLumpLate, isGrowthFree } = this.#sabotage
    if (isGrowthFree) return lump + Math.max(0, share.burst - (before?.share.burst ?? 0))
    if (!isLumpLate) return lump
    const again = this.#undeducted
    this.#undeducted = lump
    return lump > 0 ? lump : again
  }

  #holdingOf(budget: LeasedBudget): Holding {
    const known = this.#holdings.get(budget)
    if (known) return known
    const fresh: Holding = {
      arrivals: 0,
      ids: new Map(),
      newest: undefined,
      burst: 0,
      promised: undefined,
      sentMs: new Map(),
      said: undefined,
    }
    this.#holdings.set(budget, fresh)
    return fresh
  }
}

/** The grant as one that knows of all that was given up. It ends when it would have ended. */
function uncapped(grant: LeaseGrant, { said, sentMs }: Holding): LeaseGrant {
  const anchor = Math.max(grant.anchor, said?.ceiling?.before ?? 0)
  const laterMs = (sentMs.get(anchor) ?? 0) - (sentMs.get(grant.anchor) ?? 0)
  return { ...grant, anchor, ttlMs: Math.max(0, grant.ttlMs - laterMs) }
}

function isAfter(one: GrantId, other: GrantId): boolean {
  return one.epoch > other.epoch || (one.epoch === other.epoch && one.seq > other.seq)
}

/** The grant under a number that is always the newest, whoever made it. */
function rename(grant: LeaseGrant, holding: Holding): LeaseGrant {
  const seq = ++holding.arrivals
  holding.ids.set(seq, { epoch: holding.newest?.epoch ?? 0, seq: holding.newest?.seq ?? 0 })
  holding.ids.delete(seq - REMEMBERED)
  return { ...grant, epoch: 1, seq, grantor: 'any' }
}

function smaller(one: Share, other: Share): Share {
  return { rate: Math.min(one.rate, other.rate), burst: Math.min(one.burst, other.burst) }
}
