/**
 * A small guaranteed part of the rate for each tier: what a tier may draw although more important ones have pulled the bucket
 * below its watermark. No tokens of its own, only the permission: so nothing can be drawn twice.
 */
export class ClassFloors {
  readonly #fractions: readonly number[]
  readonly #levels: number[]
  #updatedMs: number

  /** `fractions` of the rate in force, by tier. */
  constructor(fractions: readonly number[], nowMs: number) {
    this.#fractions = fractions
    this.#levels = fractions.map(() => 0)
    this.#updatedMs = nowMs
  }

  /** That tier may draw `cost` units below its watermark now; if so it counts as drawn. */
  allows(tier: number, cost: number, rate: number, nowMs: number): boolean {
    this.#refill(rate, nowMs)
    const level = this.#levels[tier]
    if (level === undefined || level < cost) return false
    this.#levels[tier] = level - cost
    return true
  }

  /** Saves up one second's worth at most, and one unit at least. */
  #refill(rate: number, nowMs: number): void {
    const passedSeconds = Math.max(0, nowMs - this.#updatedMs) / 1_000
    this.#updatedMs = nowMs
    for (let tier = 0; tier < this.#levels.length; tier++) {
      const flow = (this.#fractions[tier] ?? 0) * rate
      this.#levels[tier] = flow > 0 ? Math.min(Math.max(1, flow), (this.#levels[tier] ?? 0) + flow * passedSeconds) : 0
    }
  }
}
