import type { Breakable } from './fleet.ts'
import type { RegionMachine } from './machine.ts'

/** A world whose processes can be broken. */
interface World {
  readonly nowMs: number
  readonly processes: readonly RegionMachine[]
  aggregator(region: number): RegionMachine | undefined
}

/** What can be broken in a world on purpose. */
export function breakableOf(world: World): Breakable {
  const leader = (): RegionMachine | undefined =>
    world.processes.find((machine) => machine.process.isAllocator && machine.pausedUntilMs <= world.nowMs)
  return {
    hasAllocator: leader() !== undefined,
    killAllocator: () => {
      const machine = leader()
      if (machine) machine.pausedUntilMs = Number.POSITIVE_INFINITY
    },
    retireAllocator: () => leader()?.process.retire(),
    retireAggregator: (region) => world.aggregator(region)?.process.retire(),
  }
}
