/** Most of the burst that floors may keep from other tiers. */
const MOST_RESERVED = 0.25

/**
 * A small guaranteed part of the rate for each tier, whatever the others ask for. What a tier has not drawn of it yet, up to a
 * second's worth, is kept back from the other tiers. No units of its own, only a claim: so nothing can be drawn twice.
 */
export class ClassFloors {
  readonly #fractions: readonly number[]
  readonly #levels: number[]
  #updatedMs = 0

  /** `fractions` of the rate in force, by tier. */
  constructor(fractions: readonly number[], nowMs: number) {
    this.#fractions = fractions
    this.#levels = fractions.map(() => 0)
    this.#updatedMs = nowMs
  }

  /** Time has passed at that rate. Saves up one second's worth at most, and one unit at least. */
  refill(rate: number, nowMs: number): void {
    const passedSeconds = Math.max(0, nowMs - this.#updatedMs) / 1_000
    if (passedSeconds === 0) return
    this.#updatedMs = nowMs
    for (let tier = 0; tier < this.#levels.length; tier++) {
      const flow = (this.#fractions[tier] ?? 0) * rate
      this.#levels[tier] = flow > 0 ? Math.min(Math.max(1, flow), (this.#levels[tier] ?? 0) + flow * passedSeconds) : 0
    }
  }

  /** Units that this tier may draw although the bucket is below its watermark. */
  claimOf(tier: number): number {
    return this.#levels[tier] ?? 0
  }

  /** Units that must stay for the claims of the other tiers, in a bucket of that burst. */
  keptFrom(tier: number, burst: number): number {
    let sum = 0
    for (let other = 0; other < this.#levels.length; other++) if (other !== tier) sum += this.#levels[other] ?? 0
    return Math.min(sum, burst * MOST_RESERVED)
  }

  /** The part of the rate in force that goes into the claims of the other tiers while they fill. */
  flowKeptFrom(tier: number): number {
    let sum = 0
    for (let other = 0; other < this.#fractions.length; other++) if (other !== tier) sum += this.#fractions[other] ?? 0
    return sum
  }

  /** That tier has drawn so many units, on its claim or beside it. */
  drawn(tier: number, units: number): void {
    const level = this.#levels[tier]
    if (level !== undefined) this.#levels[tier] = Math.max(0, level - units)
  }
}
