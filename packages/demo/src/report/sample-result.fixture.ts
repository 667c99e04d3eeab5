import { Act } from '../acts/act.ts'
import type { FaultAct } from '../acts/fault-act.ts'
import type { DemoResult } from '../demo-result.ts'
import { DEMO_CLASSES, type ByClass } from '../load/demo-class.ts'
import type { Fate } from '../load/finished-call.ts'
import { judge } from './verdict.ts'

/** How many of ten calls a second of each class are answered; the others meet `otherwise`. */
export interface SampleAct {
  readonly ok: ByClass<number>
  readonly otherwise: Fate
}

/** An act of four seconds with ten calls a second of each class. */
export function sampleAct(number: number, title: string, { ok, otherwise }: SampleAct): Act {
  const act = new Act(number, title, [
    { label: '60/s', perSecond: 60, durationMs: 2_000 },
    { label: '480/s', perSecond: 480, durationMs: 2_000 },
  ])
  for (let call = 0; call < 40; call++) {
    for (const name of DEMO_CLASSES) {
      const fate = call % 10 < ok[name] ? 'ok' : otherwise
      const rule = fate === 'degraded' ? 'shorter' : ''
      act.add({ name, dueMs: call * 100, latencyMs: 100 + call, fate, rule })
    }
  }
  return act
}

/** A run in which everything came out as hoped. */
export function sampleResult(): DemoResult {
  const without = sampleAct(1, 'without a sidecar', {
    ok: { critical: 3, standard: 3, sheddable: 3 },
    otherwise: 'busy',
  })
  const behind = sampleAct(2, 'behind the sidecar', {
    ok: { critical: 10, standard: 3, sheddable: 1 },
    otherwise: 'refused',
  })
  const faults = sampleFaults()
  return { without, behind, faults, verdict: judge(without, behind, faults) }
}

/** Half of the calls answered by a rule, and a breaker that opened and closed. */
export function sampleFaults(): FaultAct {
  const act = sampleAct(3, 'half fail', { ok: { critical: 5, standard: 5, sheddable: 5 }, otherwise: 'degraded' })
  return {
    act,
    faulty: act.phases[1],
    changes: [
      { name: 'chat', state: 'closed', reason: '', atMs: 100 },
      { name: 'chat', state: 'open', reason: '50 % errors', atMs: 2_500 },
      { name: 'chat', state: 'closed', reason: 'probes passed', atMs: 3_500 },
    ],
    openedMs: 500,
    recoveredMs: 1_200,
  }
}
