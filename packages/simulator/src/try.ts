import { SeededRandom } from '@spillway/clock'
import { BudgetWorld } from './budgets/budget-world.ts'
import { RandomFaults } from './budgets/random-faults.ts'
const t0 = performance.now()
let steps = 0
for (let seed = 1; seed <= Number(process.argv[2] ?? 10); seed++) {
const random = new SeededRandom(seed)
const world = new BudgetWorld({ regions: 3, sidecars: 2, processes: 2, budget: { rate: 300, burst: 60 }, floors: 0.2, drift: 0.02,
  between: { delayMs: 30, jitterMs: 80, loss: 0.05, duplication: 0.05 }, inside: { delayMs: 1, jitterMs: 20, loss: 0.02, duplication: 0.02 },
  demand: () => [30, 60, 60, 60] }, random)
const faults = new RandomFaults(world, 3, { everyMs: 2000, longestMs: 25_000 }, random)
let broken = 0
for (let i = 0; i < 10000; i++) { steps++; faults.step(); if (!world.step()) { broken++; if (broken === 1) console.log('seed', seed, 'broken at', world.truth.nowMs(), world.checker.worstExcess, faults.log.slice(-6)) } }
console.log(seed, { broken, worst: world.checker.worstExcess.toFixed(1), used: (world.checker.total / (300 * 100)).toFixed(3) })
}
console.log(((performance.now() - t0) * 1000 / steps).toFixed(1), 'us per step')
