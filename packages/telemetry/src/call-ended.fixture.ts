import { PriorityClass, Status } from '@spillway/call'
import { ManualClock, SeededRandom } from '@spillway/clock'
import type { DecisionLogConfig } from './decision-log.ts'
import { FORWARDED, type CallEnded } from './event.ts'
import type { Gauges } from './gauges.ts'
import { Telemetry } from './telemetry.ts'

/** The method that most tests call. */
export const GENERATE = '/chat.v1.Chat/Generate'

/** A telemetry on a clock of the test's own, with its log as parsed lines. */
export class TelemetryBench {
  readonly clock = new ManualClock(Date.parse('2026-01-02T03:04:05Z'))
  readonly lines: Record<string, unknown>[] = []
  readonly text: string[] = []
  readonly telemetry: Telemetry

  constructor(logConfig?: DecisionLogConfig, gauges?: Gauges) {
    this.telemetry = new Telemetry({
      clock: this.clock,
      random: new SeededRandom(1),
      log: { write: (line) => this.#keep(line) },
      ...(logConfig === undefined ? {} : { logConfig }),
      ...(gauges === undefined ? {} : { gauges }),
    })
    this.telemetry.knowMethods([GENERATE])
  }

  /** Starts and ends a call: forwarded and answered OK after 10 ms unless told otherwise. */
  call(facts: Partial<CallEnded> = {}): void {
    this.telemetry.emit(this.ended(facts))
  }

  /** The end of a call that is started here. */
  ended(facts: Partial<CallEnded> = {}): CallEnded {
    const { direction = 'inbound', path = GENERATE, rank = PriorityClass.standard } = facts
    return {
      kind: 'call_ended',
      series: this.telemetry.startCall(direction, path, rank),
      direction,
      path,
      rank,
      tenant: '',
      peer: { kind: 'anonymous', id: '10.0.0.7' },
      upstream: 'app',
      decision: FORWARDED,
      status: Status.OK,
      isOwnStatus: false,
      outcome: 'success',
      endedMs: this.clock.nowMs(),
      totalMs: 10,
      queuedMs: 0,
      upstreamMs: 9,
      ...facts,
    }
  }

  #keep(line: string): void {
    this.text.push(line)
    this.lines.push(JSON.parse(line) as Record<string, unknown>)
  }
}

/** A call shed under overload, in part. */
export const SHED: Partial<CallEnded> = {
  decision: {
    kind: 'refused',
    refusal: { kind: 'shed_overload', pushbackMs: 80, rank: PriorityClass.standard, limit: 8, queued: 64 },
  },
  status: Status.RESOURCE_EXHAUSTED,
  isOwnStatus: true,
  outcome: 'unsent',
  totalMs: 0.1,
  upstreamMs: 0,
}
