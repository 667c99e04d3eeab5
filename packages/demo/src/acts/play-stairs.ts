import { STAIRS_PER_SECOND } from '../scenario.ts'
import { Act } from './act.ts'
import { commentary } from './commentary.ts'
import type { Stage } from './stage.ts'

/** Sends the stairs of load to that address, and shows each step as it ends. */
export async function playStairs(stage: Stage, number: number, title: string, address: string): Promise<Act> {
  const plan = STAIRS_PER_SECOND.map((perSecond) => ({
    label: `${perSecond}/s`,
    perSecond,
    durationMs: stage.durations.stepMs,
  }))
  const act = new Act(number, title, plan)
  using _shown = commentary(stage, act)
  await stage.load.run(address, act.phases, (call) => act.add(call), stage.signal)
  return act
}
