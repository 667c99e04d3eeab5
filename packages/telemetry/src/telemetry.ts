import { Status, type PriorityClass } from '@spillway/call'
import type { Clock, Random } from '@spillway/clock'
import type { CallSeries } from './call-series.ts'
import { DecisionLog, defaultDecisionLogConfig, type DecisionLogConfig, type LogDestination } from './decision-log.ts'
import type { CallEnded, Direction, SidecarEvent } from './event.ts'
import { noGauges, type Gauges } from './gauges.ts'
import { Metrics } from './metrics.ts'
import { MethodStats } from './method-stats.ts'
import { SeriesTable, defaultSeriesLimits, type SeriesLimits } from './series-table.ts'
import { Tap } from './tap.ts'

/** What telemetry is made of. */
export interface TelemetryOptions {
  readonly clock: Clock
  /** Samples the tap. */
  readonly random: Random
  /** Where the decision log goes. */
  readonly log: LogDestination
  readonly logConfig?: DecisionLogConfig
  /** State to show in metrics; none when left out. */
  readonly gauges?: Gauges
  readonly limits?: SeriesLimits
}

/** Everything that a sidecar tells about itself: one `emit`, and metrics, log, statistics and tap behind it. */
export class Telemetry {
  /** Rates and latencies per method and class. */
  readonly methodStats: MethodStats
  readonly metrics: Metrics
  readonly tap: Tap
  readonly #clock: Clock
  readonly #log: DecisionLog
  readonly #series: SeriesTable

  constructor(options: TelemetryOptions) {
    const { clock, random, log, logConfig = defaultDecisionLogConfig, gauges = noGauges } = options
    this.#clock = clock
    this.#series = new SeriesTable(options.limits ?? defaultSeriesLimits)
    this.#log = new DecisionLog(log, logConfig, clock)
    this.tap = new Tap(clock, random)
    this.methodStats = new MethodStats(this.#series, clock)
    this.metrics = new Metrics({ clock, gauges, series: this.#series, suppressedLines: () => this.#log.suppressed() })
  }

  /** Gives declared methods names of their own in metrics and statistics. May be called again after a reload. */
  knowMethods(paths: Iterable<string>): void {
    for (const path of paths) this.#series.know(path)
  }

  /**
   * A call was classified and is about to be decided on. Keep what is returned and put it into the `call_ended` event
   * that must follow, so that start and end count in the same place. `known` is what was returned for another call of the
   * same three, and spares the look-up.
   */
  startCall(direction: Direction, path: string, rank: PriorityClass, known?: CallSeries): CallSeries {
    const series = known?.isNamed === true ? known : this.#series.find(direction, path, rank)
    series.inFlight++
    return series
  }

  /** Takes in one event. Never throws, never waits; a call that ends well costs no allocation. */
  emit(event: SidecarEvent): void {
    if (event.kind === 'call_ended') this.#callEnded(event)
    this.metrics.record(event)
    this.#log.record(event, event.kind === 'call_ended' ? event.endedMs : this.#clock.nowMs())
  }

  /** Tells what the log has left out. Call it last, before the process ends. */
  close(): void {
    this.#log.close()
  }

  #callEnded(call: CallEnded): void {
    call.series.record(call)
    if (call.status === Status.OK && !call.isOwnStatus && call.series.path !== call.path) this.#series.know(call.path)
    this.tap.record(call)
  }
}
