import type { PromiseChecker } from '../promise-checker.ts'
import type { Tally } from './open-load.ts'
import { Recording } from './recording.ts'
import { scaleOf, type Scale, type Scenario } from './scenario.ts'
import type { Scheme } from './schemes.ts'

/** One scheme in one scenario. */
export interface Run {
  readonly scheme: Scheme
  readonly scenario: Scenario
  readonly recording: Recording
  readonly checker: PromiseChecker
  /** Calls of the whole run that had to wait before they were decided. */
  readonly waited: Tally['waited']
  readonly endMs: number
}

/** Runs a scheme through a scenario; `onProgress` hears the fraction done, now and then. */
export function run(
  scheme: Scheme,
  scenario: Scenario,
  common: Scale,
  seed: number,
  onProgress: (done: number) => void,
): Run {
  const scale = scaleOf(common, scenario)
  const fleet = scheme.create(scale, scenario, seed)
  const sampleMs = 2 * fleet.stepMs
  const recording = new Recording(scale.regions, sampleMs)
  const pending = [...scenario.events]
  while (fleet.nowMs < scenario.endMs) {
    for (; pending[0] && pending[0].atMs <= fleet.nowMs; pending.shift()) pending[0].act(fleet)
    fleet.step()
    if (fleet.nowMs % sampleMs === 0) recording.take(fleet)
    if (fleet.nowMs % 500 === 0) onProgress(fleet.nowMs / scenario.endMs)
  }
  return {
    scheme,
    scenario,
    recording,
    checker: fleet.checker,
    waited: { ...fleet.tally.waited },
    endMs: scenario.endMs,
  }
}
