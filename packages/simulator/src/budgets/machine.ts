import { Voter, defaultVoteTimes, type LeasedBudget, type RegionNode } from '@spillway/budget'
import type { DriftingClock } from '../drifting-clock.ts'
import { budgetTerms, regionName, type WorldTerms } from './world-terms.ts'
import type { VirtualKey } from './virtual-key.ts'
import { joinsAtMs, type WorldConfig, type WorldPace } from './world-config.ts'

/** A machine that can be paused; what arrives meanwhile is lost. */
export interface Machine {
  readonly name: string
  readonly region: number
  readonly clock: DriftingClock
  /** True time at which it goes on; 0 while it runs. */
  pausedUntilMs: number
}

/** A machine that runs a sidecar. */
export interface SidecarMachine extends Machine {
  readonly index: number
  budget: LeasedBudget
}

/** A machine that runs a region's process. */
export interface RegionMachine extends Machine {
  process: RegionNode
  voter: Voter
  /** In its settings file, and in force since it was last told to read that. */
  written: WorldTerms
  configured: WorldTerms
}

/** A region's key, and the clock of its store. */
export interface RegionKey {
  readonly key: VirtualKey
  readonly clock: DriftingClock
}

/** The machine of a sidecar that starts when it is its turn. */
export function sidecarMachine(
  region: number,
  index: number,
  clock: DriftingClock,
  config: WorldConfig,
): Omit<SidecarMachine, 'budget'> {
  const name = `${regionName(region)}.s${index}`
  return { name, region, index, clock, pausedUntilMs: joinsAtMs(config, index) }
}

/** What is due in a region's process at a true time. */
export function runProcess(machine: RegionMachine, { pollMs, allocateMs }: WorldPace, nowMs: number): void {
  if (machine.pausedUntilMs > nowMs) return
  if (machine.configured !== machine.written) reload(machine)
  if (nowMs % pollMs === 0) machine.process.poll()
  if (nowMs % allocateMs === 0) machine.process.allocate()
}

/** The process reads its settings file again. */
function reload(machine: RegionMachine): void {
  machine.configured = machine.written
  machine.process.configure(new Map([['b', budgetTerms(machine.configured)]]))
}

/** A voter that starts on that machine; silent for a while, unless it is sabotaged. */
export function newVoter(
  { name, clock }: Machine,
  { drift, sabotage }: Pick<WorldConfig, 'drift' | 'sabotage'>,
): Voter {
  const silentMs = sabotage.isForgetful ? 0 : defaultVoteTimes.ttlMs
  return new Voter({ ...defaultVoteTimes, name, drift, silentMs }, clock)
}
