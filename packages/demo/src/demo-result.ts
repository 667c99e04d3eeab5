import type { Act } from './acts/act.ts'
import type { FaultAct } from './acts/fault-act.ts'
import { byClass } from './load/demo-class.ts'
import type { Tally } from './load/tally.ts'
import type { Verdict } from './report/verdict.ts'

/** Everything that one run of the demo measured. */
export interface DemoResult {
  /** The stairs without the sidecar. */
  readonly without: Act
  /** The same stairs behind it. */
  readonly behind: Act
  readonly faults: FaultAct
  readonly verdict: Verdict
}

/** The result as plain values, for `--json`. Times in milliseconds; rules by how many calls they answered. */
export function resultToJson({ without, behind, faults, verdict }: DemoResult): object {
  return {
    acts: [without, behind, faults.act].map(actToJson),
    breaker: { openedMs: faults.openedMs, recoveredMs: faults.recoveredMs, changes: faults.changes },
    verdict,
  }
}

function actToJson({ number, title, durationMs, phases, tally }: Act): object {
  return {
    number,
    title,
    durationMs,
    ...tallyToJson(tally),
    rules: Object.fromEntries(tally.rules),
    phases: phases.map((phase) => ({
      label: phase.label,
      perSecond: phase.perSecond,
      durationMs: phase.durationMs,
      ...tallyToJson(phase.tally),
    })),
  }
}

function tallyToJson(tally: Tally): object {
  return { classes: byClass((name) => tally.of(name)), all: tally.total() }
}
