import type { Share } from './share.ts'

/** Most of the burst that floors may keep from other tiers. */
export const MOST_RESERVED = 0.25

/** What is in force at a moment. Passed as it is, since numbers that are passed from call to call are boxes on the heap. */
interface Flow {
  readonly nowMs: number
  readonly force: Share
}

/**
 * A small guaranteed part of the rate for each tier, whatever the others ask for. What a tier has not drawn of it yet, up to a
 * second's worth, is kept back from the other tiers. No units of its own, only a claim: so nothing can be drawn twice.
 */
export class ClassFloors {
  readonly #fractions: readonly number[]
  readonly #levels: number[]
  /** All claims together; a little off until the next refill, as sums of fractions are. */
  #total = 0
  /** By tier, the fractions of the others together. */
  readonly #others: readonly number[]
  #updatedMs = 0

  /** `fractions` of the rate in force, by tier. */
  constructor(fractions: readonly number[], nowMs: number) {
    this.#fractions = fractions
    this.#levels = fractions.map(() => 0)
    this.#others = fractions.map((_, tier) =>
      fractions.reduce((sum, fraction, other) => (other === tier ? sum : sum + fraction), 0),
    )
    this.#updatedMs = nowMs
  }

  /** Time has passed at the rate in force. Saves up one second's worth at most, and one unit at least. */
  refill(now: Flow): void {
    const passedSeconds = Math.max(0, now.nowMs - this.#updatedMs) / 1_000
    if (passedSeconds === 0) return
    this.#updatedMs = now.nowMs
    const { rate } = now.force
    for (let tier = 0; tier < this.#levels.length; tier++) {
      const flow = (this.#fractions[tier] ?? 0) * rate
      this.#levels[tier] = flow > 0 ? Math.min(Math.max(1, flow), (this.#levels[tier] ?? 0) + flow * passedSeconds) : 0
    }
    this.#total = this.#levels.reduce((sum, level) => sum + level, 0)
  }

  /** Units that this tier may draw although the bucket is below its watermark. */
  claimOf(tier: number): number {
    return this.#levels[tier] ?? 0
  }

  /** Units that must stay for the claims of the other tiers, but for {@link MOST_RESERVED} of the burst. */
  keptFrom(tier: number): number {
    return this.#total - (this.#levels[tier] ?? 0)
  }

  /** The part of the rate in force that goes into the claims of the other tiers while they fill. */
  flowKeptFrom(tier: number): number {
    return this.#others[tier] ?? 0
  }

  /** That tier has drawn so many units, on its claim or beside it. */
  drawn(tier: number, units: number): void {
    const level = this.#levels[tier] ?? 0
    if (level === 0) return
    const claimed = Math.min(level, units)
    this.#levels[tier] = level - claimed
    this.#total -= claimed
  }
}
