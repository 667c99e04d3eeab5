import { statusName } from '@spillway/call'
import { CODES, type CallSeries } from './call-series.ts'
import { DurationCounts } from './duration-counts.ts'
import type { CallEnded } from './event.ts'
import type { DurationSample, Labels, MetricList, Sample } from './metric-list.ts'
import { DECISION_LABELS, LANES } from './labels.ts'

/** The duration histograms of one direction and class. */
class Lane {
  readonly labels: Labels
  readonly total = new DurationCounts()
  readonly upstream = new DurationCounts()
  readonly queue = new DurationCounts()

  constructor(labels: Labels) {
    this.labels = labels
  }
}

/** Metrics about calls. Durations are kept per class and not per method, so that their number stays small. */
export class CallMetrics {
  readonly #lanes = LANES.map((labels) => new Lane({ ...labels }))

  constructor(metrics: MetricList, series: Iterable<CallSeries>) {
    registerCounters(metrics, series)
    registerDurations(metrics, this.#lanes)
  }

  /** Counts the durations of a call that ended. Allocates nothing. */
  record(call: CallEnded): void {
    const lane = this.#lanes[call.series.lane]
    if (lane === undefined) return
    if (call.decision.kind === 'forwarded') {
      lane.total.observe(call.totalMs)
      lane.upstream.observe(call.upstreamMs)
    }
    if (call.queuedMs > 0) lane.queue.observe(call.queuedMs)
  }
}

function registerCounters(metrics: MetricList, series: Iterable<CallSeries>): void {
  metrics.addCounter({ name: 'spillway_requests_total', help: 'Calls that ended, by what the sidecar decided.' }, () =>
    requestSamples(series),
  )
  metrics.addCounter(
    { name: 'spillway_errors_total', help: 'Answers other than OK, by status and by who made it.' },
    () => errorSamples(series),
  )
  metrics.addGauge({ name: 'spillway_calls_in_flight', help: 'Calls that have started and not ended.' }, () =>
    inFlightSamples(series),
  )
}

function registerDurations(metrics: MetricList, lanes: readonly Lane[]): void {
  const register = (name: string, help: string, pick: (lane: Lane) => DurationCounts): void => {
    metrics.addHistogram({ name, help }, () => durationSamples(lanes, pick))
  }
  register(
    'spillway_request_duration_seconds',
    'Forwarded calls, from complete request headers to the end.',
    (lane) => lane.total,
  )
  register(
    'spillway_upstream_duration_seconds',
    'Forwarded calls, from being sent to the end.',
    (lane) => lane.upstream,
  )
  register('spillway_queue_wait_seconds', 'Calls that had to wait, by how long.', (lane) => lane.queue)
}

function* requestSamples(series: Iterable<CallSeries>): Generator<Sample> {
  for (const one of series) {
    for (const [index, value] of one.requests.entries()) {
      if (value > 0) yield { labels: { ...labelsOf(one), decision: DECISION_LABELS[index] ?? '' }, value }
    }
  }
}

function* errorSamples(series: Iterable<CallSeries>): Generator<Sample> {
  for (const one of series) {
    for (const [index, value] of one.errors.entries()) {
      const origin = index < CODES ? 'upstream' : 'sidecar'
      if (value > 0) yield { labels: { ...labelsOf(one), code: statusName(index % CODES), origin }, value }
    }
  }
}

function inFlightSamples(series: Iterable<CallSeries>): Sample[] {
  const sums = LANES.map(() => 0)
  for (const { lane, inFlight } of series) sums[lane] = (sums[lane] ?? 0) + inFlight
  return LANES.map((labels, lane) => ({ labels: { ...labels }, value: sums[lane] ?? 0 }))
}

function* durationSamples(lanes: readonly Lane[], pick: (lane: Lane) => DurationCounts): Generator<DurationSample> {
  for (const lane of lanes) {
    const durations = pick(lane)
    if (durations.counts.some((count) => count > 0)) yield { labels: lane.labels, durations }
  }
}

function labelsOf(series: CallSeries): Labels {
  return { direction: series.direction, method: series.path, class: series.class }
}
