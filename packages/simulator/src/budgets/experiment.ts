import type { PromiseChecker } from '../promise-checker.ts'
import { Recording } from './recording.ts'
import type { Scale, Scenario } from './scenario.ts'
import type { Scheme } from './schemes.ts'

/** One scheme in one scenario. */
export interface Run {
  readonly scheme: Scheme
  readonly scenario: Scenario
  readonly recording: Recording
  readonly checker: PromiseChecker
  readonly endMs: number
}

/** Runs a scheme through a scenario; `onProgress` hears the fraction done, now and then. */
export function run(
  scheme: Scheme,
  scenario: Scenario,
  scale: Scale,
  seed: number,
  onProgress: (done: number) => void,
): Run {
  const fleet = scheme.create(scale, scenario, seed)
  const sampleMs = 2 * fleet.stepMs
  const recording = new Recording(scale.regions, sampleMs)
  const pending = [...scenario.events]
  while (fleet.nowMs < scenario.endMs) {
    for (; pending[0] && pending[0].atMs <= fleet.nowMs; pending.shift()) pending[0].act(fleet)
    fleet.step()
    if (fleet.nowMs % sampleMs === 0) recording.take(fleet)
    if (fleet.nowMs % 1_000 === 0) onProgress(fleet.nowMs / scenario.endMs)
  }
  return { scheme, scenario, recording, checker: fleet.checker, endMs: scenario.endMs }
}
