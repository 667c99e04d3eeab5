import { DEMO_CLASSES } from '../load/demo-class.ts'
import { formatMs, formatShare } from '../report/format.ts'
import { DEADLINE_MS } from '../scenario.ts'
import type { Act, Phase } from './act.ts'
import { every } from './every.ts'
import type { Stage } from './stage.ts'

const REFRESH_MS = 250
/** A phase's last call may end so long after the phase. */
const TAIL_MS = DEADLINE_MS + 200

/** Shows how an act goes on, from now until disposed of: a status all the time, a line for each phase that is over. */
export function commentary(stage: Stage, act: Act, detail: () => string = () => ''): Disposable {
  const startMs = stage.clock.nowMs()
  const waiting = [...act.phases]
  stage.show.line(`\nact ${act.number}  ${act.title}`)
  const ticker = every(stage.clock, REFRESH_MS, () => {
    const elapsedMs = stage.clock.nowMs() - startMs
    const over = waiting[0]
    if (over !== undefined && over.startMs + over.durationMs + TAIL_MS <= elapsedMs) {
      waiting.shift()
      stage.show.line(phaseLine(over))
    }
    const current = act.phaseAt(elapsedMs)
    if (current === undefined) return
    stage.show.status(`${phaseLine(current)} ${detail()}`)
  })
  return {
    [Symbol.dispose]: () => {
      ticker[Symbol.dispose]()
      stage.show.status('')
      for (const { startMs } of waiting) {
        const phase = act.phases.find((candidate) => candidate.startMs === startMs)
        if (phase !== undefined && phase.tally.total().offered > 0) stage.show.line(phaseLine(phase))
      }
    },
  }
}

/** `240/s   critical 100 % (p99 240 ms)  standard ...  good 79.1/s`. */
function phaseLine(phase: Phase): string {
  const { tally } = phase
  const classes = DEMO_CLASSES.map((name) => {
    const { offered, fates, p99Ms } = tally.of(name)
    const answered = formatShare(fates.ok + fates.degraded, offered).padStart(7)
    return name === 'critical' ? `${name} ${answered} (p99 ${formatMs(p99Ms)})`.padEnd(32) : `${name} ${answered}`
  })
  const { fates } = tally.total()
  const turnedAway = `shed ${fates.refused}  busy ${fates.busy}`
  const degraded = fates.degraded > 0 ? `  by rule ${fates.degraded}` : ''
  const failed = fates.failed > 0 ? `  failed ${fates.failed}` : ''
  return `  ${phase.label.padEnd(9)}  ${classes.join('  ')}   ${turnedAway}${degraded}${failed}`
}
