import type { BudgetWorld } from './budget-world.ts'
import type { WorldConfig } from './world-config.ts'

const LATE = { delayMs: 3_000, jitterMs: 5, loss: 0, duplication: 0 }

/** What a world is made like, and what happens in it at which true time. */
interface Story {
  readonly config: Partial<WorldConfig>
  readonly events: readonly (readonly [number, (world: BudgetWorld) => void])[]
}

/**
 * The first allocator grants another region more, and leaves before that has arrived; a third region follows it. Region 0 comes
 * then, so that it knows no other grantor, and wants all there is. If the successor counted its grants under the same epoch, the
 * region would seem to acknowledge one of them, and all before it, by naming an earlier grant of the predecessor.
 */
export function lateGrant(): Story {
  let leaving = ''
  let growing = ''
  return {
    config: {
      regions: 4,
      link: (from, to) => (leaving !== '' && from.startsWith(leaving) && to.startsWith(growing) ? LATE : undefined),
      demand: (region) => [region === 0 || `r${region}` === growing ? 300 : 1, 0, 0, 0],
    },
    events: [
      [
        0,
        (world) => {
          leaving = growing = ''
          for (const machine of world.processes) if (machine.region === 0) machine.pausedUntilMs = 2_200
        },
      ],
      [
        11_500,
        (world) => {
          const region = world.processes.find((machine) => machine.process.isAllocator)?.region
          leaving = `r${region}`
          growing = region === 1 ? 'r2' : 'r1'
        },
      ],
      [12_000, (world) => world.breakable.retireAllocator()],
    ],
  }
}
