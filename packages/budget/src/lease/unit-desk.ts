import type { Capacity } from './capacity.ts'
import { totalOf } from './demand-news.ts'
import type { Holder } from './holder-book.ts'
import type { Share } from './share.ts'

/** Who is asked for less than this in a second gets no unit in advance: it would lie there while others have none. */
export const SOON_PER_SECOND = 1

/** Who is asked for less than this in a second does not keep a unit that nobody fetched. */
const KEPT_PER_SECOND = 0.1

/** A lump that is not acknowledged for so long counts as lost, in milliseconds: it is asked for again. */
const LOST_MS = 500

/** How a budget goes out. */
export interface Units {
  /** Whole units go to those who ask for them. */
  readonly granted: boolean
  /** And nobody has a rate. */
  readonly only: boolean
}

/** Everybody has a rate. */
export const NO_UNITS: Units = { granted: false, only: false }

/**
 * So few units for so many that rates are of no use: to nobody, where those who are asked for something have less than
 * `leastBurst` each; to those who are asked for something now and then, where not everybody can have one.
 */
export function areUnitsFor(capacity: Capacity, holders: readonly Holder[], leastBurst: number): Units {
  const { burst } = capacity.share
  let active = 0
  for (const { latest } of holders) if (totalOf(latest.wants) > 1e-3) active++
  const only = active > 1 && burst < leastBurst * active
  return { only, granted: only || capacity.isInUnits === true || (holders.length > 1 && burst < holders.length) }
}

/** Units that somebody should get from the pot. */
export interface UnitClaim {
  /** The most important tier that it is for. */
  readonly tier: number
  readonly units: number
}

/** What there is for one holder. */
interface UnitStock {
  readonly room: number
  readonly level: number
  readonly share: Share
  readonly nowMs: number
}

interface Lump {
  readonly seq: number
  /** Of this lump and those before it that may not have arrived yet. */
  readonly units: number
  readonly sentMs: number
}

/**
 * Where a budget is smaller than the fleet, nobody can hold a useful rate: whole units go to those whose calls ask for them, and
 * what is left to those who will soon ask. This remembers what is on its way, and says who is next.
 */
export class UnitDesk {
  readonly #lumps = new WeakMap<Holder, Lump>()

  /** The most important asks first; among equals who was served longest ago. */
  inOrder(holders: readonly Holder[], nowMs: number): readonly Holder[] {
    const keyed = holders.map((holder) => {
      const tier = this.claimOf(holder, nowMs)?.tier ?? Number.POSITIVE_INFINITY
      const isAsked = totalOf(holder.latest.asks) > 0
      return { holder, tier, isAsked, servedMs: this.#lumps.get(holder)?.sentMs ?? 0 }
    })
    keyed.sort(
      (one, other) =>
        Number(other.isAsked) - Number(one.isAsked) ||
        (one.tier === other.tier ? one.servedMs - other.servedMs : one.tier - other.tier),
    )
    return keyed.map(({ holder }) => holder)
  }

  /** What a holder should get now: for calls that wait, else in advance; undefined for nothing. */
  claimOf(holder: Holder, nowMs: number): UnitClaim | undefined {
    const underWay = this.#underWay(holder, nowMs)
    const { asks, wants, level } = holder.latest
    const tier = asks.findIndex((units) => units > 0)
    const units = Math.ceil(totalOf(asks)) - underWay
    if (tier >= 0) return units > 0 ? { tier, units } : undefined
    let soon = 0
    for (let each = 0; each < wants.length; each++) {
      soon += wants[each] ?? 0
      if (soon >= SOON_PER_SECOND) return level + underWay < 1 ? { tier: each, units: 1 } : undefined
    }
    return undefined
  }

  /** Units that calls wait for at this very moment, by tier, without those under way. */
  asksOf(holders: readonly Holder[], nowMs: number): number[] {
    const sum: number[] = []
    for (const holder of holders) {
      const asks = withoutFirst(holder.latest.asks, this.#underWay(holder, nowMs))
      for (let tier = 0; tier < asks.length; tier++) sum[tier] = (sum[tier] ?? 0) + (asks[tier] ?? 0)
    }
    return sum
  }

  /**
   * How many whole units a holder gets that has `room` for them, from a pot of that `level` which `share` refills. One stays for
   * the most important calls, where what is spent flows in again.
   */
  unitsFor(holder: Holder, { room, level, share, nowMs }: UnitStock): number {
    const claim = this.claimOf(holder, nowMs)
    if (!claim) return 0
    const kept = claim.tier > 0 && share.rate > 0 && share.burst >= 2 ? 1 : 0
    return Math.max(0, Math.floor(Math.min(claim.units, level - kept, room - this.unspentOf(holder, nowMs))))
  }

  /** Units that a holder may still have, and needs: to cut its burst below that would destroy them. */
  unspentOf(holder: Holder, nowMs: number): number {
    const { level, wants, asks } = holder.latest
    const isNeeded = totalOf(wants) >= KEPT_PER_SECOND || totalOf(asks) > 0
    return this.#underWay(holder, nowMs) + (isNeeded ? Math.max(0, level) : 0)
  }

  /** A lump goes out with grant `seq`. */
  sent(holder: Holder, seq: number, units: number, nowMs: number): void {
    this.#lumps.set(holder, { seq, units: units + this.#underWay(holder, nowMs), sentMs: nowMs })
  }

  #underWay(holder: Holder, nowMs: number): number {
    const lump = this.#lumps.get(holder)
    if (!lump || nowMs - lump.sentMs > LOST_MS) return 0
    return (holder.latest.ack?.seq ?? 0) >= lump.seq ? 0 : lump.units
  }
}

/** What is left of amounts by tier when `amount` went to the most important. */
export function withoutFirst(amounts: readonly number[], amount: number): number[] {
  let left = amount
  return amounts.map((each) => {
    const served = Math.min(each, left)
    left -= served
    return each - served
  })
}
