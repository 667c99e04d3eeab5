import type { DemoDurations } from '../demo-options.ts'
import { FAULT_SHARE, STEADY_PER_SECOND } from '../scenario.ts'
import { Act, type PhasePlan } from './act.ts'
import { BreakerWatch, type BreakerChange, type BreakerReading } from './breaker-watch.ts'
import { commentary } from './commentary.ts'
import type { FaultAct } from './fault-act.ts'
import { pause } from './pause.ts'
import type { Stage } from './stage.ts'

const READ_EVERY_MS = 200
/** Load goes on for so long after the breaker has closed, for all to see that it holds. */
const ENCORE_MS = 2_000

/** What act 3 is played with, beside the stage. */
export interface FaultyService {
  /** Where the sidecar takes calls. */
  readonly address: string
  /** Makes that share of the large model's calls fail. */
  injectFaults(share: number): void
  /** Reads the breaker of the large model's calls, over the inspector; undefined when there is none yet. */
  readBreaker(): Promise<BreakerReading | undefined>
}

/**
 * Sends a steady load below capacity, lets half of the large model's calls fail for a while, heals it, and waits for the
 * breaker to close.
 */
export async function playFaults(
  stage: Stage,
  number: number,
  title: string,
  service: FaultyService,
): Promise<FaultAct> {
  const act = new Act(number, title, plan(stage.durations))
  const watch = new BreakerWatch()
  const startMs = stage.clock.nowMs()
  using _shown = commentary(stage, act, () => `  breaker ${watch.state ?? '-'}`)
  const load = stage.load.run(service.address, act.phases, (call) => act.add(call), stage.signal)
  await Promise.all([load, direct(stage, act, service, watch, startMs)])
  return describe(act, watch)
}

function plan({ healthyMs, faultyMs, recoveryMs }: DemoDurations): PhasePlan[] {
  const perSecond = STEADY_PER_SECOND
  return [
    { label: 'healthy', perSecond, durationMs: healthyMs },
    { label: 'half fail', perSecond, durationMs: faultyMs },
    { label: 'healed', perSecond, durationMs: recoveryMs },
  ]
}

/** Turns the faults on and off at the phases' bounds, and ends the load when the breaker has closed. */
async function direct(
  stage: Stage,
  act: Act,
  service: FaultyService,
  watch: BreakerWatch,
  startMs: number,
): Promise<void> {
  const elapsedMs = (): number => stage.clock.nowMs() - startMs
  const follow = async (untilMs: number, isOver: () => boolean = () => false): Promise<void> => {
    while (elapsedMs() < untilMs && !isOver()) {
      const reading = await service.readBreaker()
      const change = reading === undefined ? undefined : watch.read(reading, elapsedMs())
      if (change !== undefined) stage.show.line(changeLine(change))
      await pause(stage.clock, READ_EVERY_MS, stage.signal)
    }
  }
  const { faultyFromMs, healedFromMs } = boundsOf(act)
  await follow(faultyFromMs)
  service.injectFaults(FAULT_SHARE)
  stage.show.line(eventLine(elapsedMs(), 'from now on half of the calls to the large model fail'))
  await follow(healedFromMs)
  service.injectFaults(0)
  stage.show.line(eventLine(elapsedMs(), 'the large model is healed'))
  await follow(act.durationMs - ENCORE_MS, () => watch.state === 'closed')
  await follow(elapsedMs() + ENCORE_MS)
  act.endAt(elapsedMs())
  stage.load.stop()
}

function boundsOf(act: Act): { faultyFromMs: number; healedFromMs: number } {
  const [healthy, faulty] = act.phases
  const faultyFromMs = healthy?.durationMs ?? 0
  return { faultyFromMs, healedFromMs: faultyFromMs + (faulty?.durationMs ?? 0) }
}

function changeLine({ atMs, name, state, reason }: BreakerChange): string {
  const why = reason === '' ? '' : ` (${reason})`
  return eventLine(atMs, `breaker ${name} ${state.replace('_', '-').toUpperCase()}${why}`)
}

function eventLine(atMs: number, text: string): string {
  return `    ${(atMs / 1_000).toFixed(1).padStart(5)} s  ${text}`
}

function describe(act: Act, watch: BreakerWatch): FaultAct {
  const { faultyFromMs, healedFromMs } = boundsOf(act)
  const opened = watch.changes.find((change) => change.state === 'open' && change.atMs >= faultyFromMs)
  const last = watch.changes.at(-1)
  return {
    act,
    faulty: act.phaseAt(faultyFromMs),
    changes: watch.changes,
    openedMs: opened === undefined ? undefined : opened.atMs - faultyFromMs,
    recoveredMs: last?.state === 'closed' ? Math.max(0, last.atMs - healedFromMs) : undefined,
  }
}
