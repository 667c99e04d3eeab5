import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('lease-cost.fixture.ts', import.meta.url))
const MOST_NS = 100
/** Less than a box for one decision in sixteen: what the engine leaves while it learns, and when the clock moves. */
const MOST_OCTETS = 1
/** Large enough that nothing is collected while allocations are counted. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128']
const STEADY = ['admitted', 'refused', 'local, admitted', 'local, refused']
const OTHERS = ['first of its millisecond', 'clocks left out']

interface Cost {
  readonly p50Ns: number
  readonly fastestNs: number
  readonly allocated: number
  readonly surviving: number
}

// In processes of their own: the module runner of vitest makes every imported name a function call.
function costOf(kind: string): Cost {
  return JSON.parse(execFileSync(process.execPath, [...FLAGS, PROGRAM, kind], { encoding: 'utf8' })) as Cost
}

test(
  'a decision at the gate, clocks included, costs at most 100 ns and allocates nothing',
  { timeout: 120_000 },
  () => {
    const costs = Object.fromEntries([...STEADY, ...OTHERS].map((kind) => [kind, costOf(kind)] as const))
    console.table(costs)

    for (const kind of STEADY) {
      expect(costs[kind]?.allocated, kind).toBeLessThan(MOST_OCTETS)
      expect(costs[kind]?.p50Ns, kind).toBeLessThan(MOST_NS)
    }
    for (const [kind, { surviving }] of Object.entries(costs)) expect(surviving, kind).toBeLessThan(1)
  },
)
