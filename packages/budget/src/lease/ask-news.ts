/**
 * Remembers what units were asked for last and says whether the grantor should know at once that it is different: somebody new
 * waits, or nobody does any more. That some of many wait no longer can wait for the next report.
 */
export class AskNews {
  #reported: readonly number[] = []

  /** Units that are asked for now, by tier, are news. */
  isNews(asks: readonly number[]): boolean {
    for (let tier = 0; tier < Math.max(asks.length, this.#reported.length); tier++) {
      const asked = asks[tier] ?? 0
      const reported = this.#reported[tier] ?? 0
      if (asked > 2 * reported || (asked === 0 && reported > 0)) return true
    }
    return false
  }

  /** The grantor is being told. */
  report(asks: readonly number[]): void {
    this.#reported = [...asks]
  }
}
