import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('lease-cost.fixture.ts', import.meta.url))
const MOST_NS = 100
/** Large enough that nothing is collected while allocations are counted. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128']

type Costs = Record<string, { p50Ns: number; allocated: number; surviving: number }>

// In a process of its own: the module runner of vitest makes every imported name a function call.
test('a decision on a lease, clocks included, costs at most 100 ns and leaves nothing behind', () => {
  const costs = JSON.parse(execFileSync(process.execPath, [...FLAGS, PROGRAM], { encoding: 'utf8' })) as Costs
  console.table(costs)

  for (const kind of ['admitted', 'refused']) expect(costs[kind]?.p50Ns, kind).toBeLessThan(MOST_NS)
  for (const [kind, { surviving }] of Object.entries(costs)) expect(surviving, kind).toBeLessThan(1)
})
