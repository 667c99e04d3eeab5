import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('lease-cost.fixture.ts', import.meta.url))
const MOST_NS = 100
/** Less than a box for one decision in sixteen: what the engine leaves while it learns, and when the clock moves. */
const MOST_OCTETS = 1
/** Large enough that nothing is collected while allocations are counted. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128']
/** What a sidecar asks its share: the decision itself. */
const DECISIONS = ['a take, admitted', 'a take, refused']
/** A call that enters the gate, and leaves it when it was let in. */
const AT_THE_GATE = ['admitted', 'refused', 'local, admitted', 'local, refused']
const OTHERS = ['first of its millisecond', 'clocks left out', 'a reading of the clock']

interface Cost {
  readonly p50Ns: number
  readonly quietP50Ns: number
  readonly fastestNs: number
  readonly allocated: number
  readonly surviving: number
}

// In processes of their own: the module runner of vitest makes every imported name a function call.
function costOf(kind: string): Cost {
  return JSON.parse(execFileSync(process.execPath, [...FLAGS, PROGRAM, kind], { encoding: 'utf8' })) as Cost
}

test(
  'half of the decisions, clocks included, cost at most 100 ns on a quiet core; neither it nor the gate around it allocates anything',
  { timeout: 120_000 },
  () => {
    const kinds = [...DECISIONS, ...AT_THE_GATE, ...OTHERS]
    const costs = Object.fromEntries(kinds.map((kind) => [kind, costOf(kind)] as const))
    console.table(costs)

    for (const kind of [...DECISIONS, ...AT_THE_GATE]) {
      expect(costs[kind]?.allocated, kind).toBeLessThan(MOST_OCTETS)
    }
    for (const kind of DECISIONS) expect(costs[kind]?.quietP50Ns, kind).toBeLessThan(MOST_NS)
    for (const [kind, { surviving }] of Object.entries(costs)) expect(surviving, kind).toBeLessThan(1)
  },
)
