import type { BudgetWorld } from './budget-world.ts'
import { close } from './calm.fixture.ts'
import type { WorldConfig } from './world-config.ts'

/** What a world is made like, and what happens in it at which true time. */
interface Story {
  readonly config: Partial<WorldConfig>
  readonly events: readonly (readonly [number, (world: BudgetWorld) => void])[]
  readonly untilMs: number
}

/**
 * A region of three processes that vote, and two more that share the budget out. The leader means to leave, and what it says to one of the others takes long: so that one
 * claims the office at 52 s, but is told at 80 s what was out. In between the third one was elected, and has died after it gave a sidecar
 * that had just joined its slice of the floor. Who inherits hears nothing of that sidecar, nor does what it is told name it.
 */
export function lateHeir(): Story {
  let leader = ''
  let heir = ''
  let between = ''
  let delayMs = 0
  return {
    config: {
      regions: 3,
      processes: 3,
      hasVoters: true,
      floors: 0.9,
      sliceMs: 15_000,
      link: (from, to) => (from === leader && to === heir ? { ...close, delayMs } : undefined),
    },
    events: [
      [
        0,
        (world) => {
          leader = heir = between = ''
          pause(world, 'r0.s0', 76_000)
        },
      ],
      [
        40_000,
        (world) => {
          const inOffice = world.aggregator(0)
          const [one, other] = world.processes.filter((each) => each.region === 0 && each !== inOffice)
          leader = inOffice?.name ?? ''
          heir = one?.name ?? ''
          between = other?.name ?? ''
          delayMs = 12_000
          inOffice?.process.retire()
          // One that is to leave as well claims nothing, but may be elected.
          other?.process.retire()
        },
      ],
      [50_000, () => (delayMs = 28_000)],
      [52_100, (world) => pause(world, heir, 27_850)],
      [
        79_900,
        (world) => {
          delayMs = close.delayMs // what is under way stays so
          pause(world, between, Number.POSITIVE_INFINITY)
          world.network.cut('r0.s0', heir)
          world.network.cut(heir, 'r0.s0')
        },
      ],
    ],
    untilMs: 100_000,
  }
}

function pause(world: BudgetWorld, name: string, forMs: number): void {
  for (const machine of [...world.processes, ...world.sidecars]) {
    if (machine.name === name) machine.pausedUntilMs = world.truth.nowMs() + forMs
  }
}
