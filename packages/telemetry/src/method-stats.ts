import type { Clock } from '@spillway/clock'
import type { CallSeries } from './call-series.ts'
import { quantileMs } from './latency-scale.ts'
import { WINDOW_SECONDS, type WindowTotals } from './rolling-window.ts'
import type { MethodStatsView } from './stats-view.ts'

/** Rates and latencies per method and class, computed when asked: what `spillway top` shows. */
export class MethodStats {
  readonly #series: Iterable<CallSeries>
  readonly #clock: Clock
  readonly #startedMs: number

  constructor(series: Iterable<CallSeries>, clock: Clock) {
    this.#series = series
    this.#clock = clock
    this.#startedMs = clock.nowMs()
  }

  /** Every method and class that had a call in the window or has one in flight. */
  view(): readonly MethodStatsView[] {
    const nowMs = this.#clock.nowMs()
    const seconds = Math.floor(nowMs / 1_000) - Math.floor(this.#startedMs / 1_000)
    const coveredSeconds = Math.min(WINDOW_SECONDS, Math.max(1, seconds))
    const views: MethodStatsView[] = []
    for (const series of this.#series) {
      const totals = series.window.totals(nowMs)
      if (totals.ended > 0 || series.inFlight > 0) views.push(viewOf(series, totals, coveredSeconds))
    }
    return views
  }
}

function viewOf(series: CallSeries, totals: WindowTotals, coveredSeconds: number): MethodStatsView {
  return {
    direction: series.direction,
    path: series.path,
    class: series.class,
    ratePerSecond: totals.ended / coveredSeconds,
    okPercent: totals.ended === 0 ? 100 : (100 * totals.ok) / totals.ended,
    degradedPercent: totals.ended === 0 ? 0 : (100 * totals.degraded) / totals.ended,
    refusedPerSecond: totals.refused / coveredSeconds,
    answeredPerSecond: totals.answered / coveredSeconds,
    p50Ms: quantileMs(totals.latency, totals.forwarded, 0.5),
    p99Ms: quantileMs(totals.latency, totals.forwarded, 0.99),
    queueMeanMs: totals.ended === 0 ? 0 : totals.queueSumMs / totals.ended,
    queueMaxMs: totals.queueMaxMs,
    inFlight: series.inFlight,
  }
}
