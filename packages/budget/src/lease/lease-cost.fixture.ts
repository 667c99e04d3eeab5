import { PriorityClass } from '@spillway/call'
import { ManualClock, systemClock, type Clock } from '@spillway/clock'
import { aCall } from '@spillway/testkit'
import { BudgetGate } from '../budget-gate.ts'
import { Budgets } from '../budgets.ts'
import { SharedBudget } from '../shared-budget.ts'
import { aGrant } from './lease.fixture.ts'
import { LeasedBudget } from './leased-budget.ts'
import { defaultLeasedBudgetConfig } from './leased-budget-config.ts'
import { NO_SHARE } from './share.ts'

/**
 * Prints what a decision of one kind costs on a leased budget or at its gate, as JSON: nanoseconds (the median of all rounds, that of
 * the quietest stretch of them, and the fastest round) and octets of the heap, those that it allocates and those that outlive it. The
 * kind is the argument: a process of its own for each, as a sidecar has one clock.
 *
 * A virtual machine shares its cores: while a neighbour has the other half of one, everything takes 1.7 times as long, for
 * milliseconds or minutes. The quietest stretch is what the decision costs where nobody has.
 */
const DECISIONS = 1_000
const STRETCHES = 1_000
const ROUNDS_A_STRETCH = 20

/** The system's clocks, with a wall clock that is never the same: each decision is the first of its millisecond. */
const ticks = new Float64Array(1)
const moving: Clock = {
  ...systemClock,
  wallMs: () => systemClock.wallMs() + (ticks[0] = (ticks[0] ?? 0) + 1e-3),
}

const KINDS: Readonly<Record<string, () => () => void>> = {
  'a take, admitted': () => takes(aBudget(1e15, 1e9, systemClock)),
  'a take, refused': () => takes(aBudget(0, 1e-6, systemClock)),
  admitted: () => passing(systemClock),
  refused: () => refusing(systemClock),
  'first of its millisecond': () => passing(moving),
  'clocks left out': () => passing(new ManualClock()),
  'a reading of the clock': () => readings,
  'local, admitted': () => passingLocally(1e9),
  'local, refused': () => passingLocally(1e-6),
}

const decide = KINDS[process.argv[2] ?? '']
if (decide === undefined) throw new Error(`which kind? There are: ${Object.keys(KINDS).join(', ')}`)
process.stdout.write(JSON.stringify(costOf(decide())))

function costOf(round: () => void): Record<string, number> {
  const stretches = Array.from({ length: STRETCHES }, () =>
    Float64Array.from({ length: ROUNDS_A_STRETCH }, () => timeMs(round)).sort(),
  )
  const all = Float64Array.from(stretches.flatMap((times) => [...times])).sort()
  const nanoseconds = (ms: number): number => Math.round((ms * 1e7) / DECISIONS) / 10
  const [allocated, surviving] = octets(round)
  return {
    p50Ns: nanoseconds(middle(all)),
    quietP50Ns: nanoseconds(Math.min(...stretches.map(middle))),
    fastestNs: nanoseconds(all[0] ?? 0),
    allocated,
    surviving,
  }
}

function middle(sorted: Float64Array): number {
  return sorted[sorted.length >> 1] ?? 0
}

function timeMs(round: () => void): number {
  const startedMs = systemClock.nowMs()
  round()
  return systemClock.nowMs() - startedMs
}

/** Octets for one decision: what the heap grew by while nothing was collected, and after a collection. Needs `--expose-gc`. */
function octets(round: () => void): readonly [number, number] {
  if (globalThis.gc === undefined) throw new Error('start it with --expose-gc')
  const rounds = 500
  globalThis.gc()
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < rounds; index++) round()
  const after = process.memoryUsage().heapUsed
  globalThis.gc()
  const kept = process.memoryUsage().heapUsed
  const each = (grown: number): number => Math.round((100 * grown) / (rounds * DECISIONS)) / 100
  return [each(after - before), each(kept - before)]
}

/** What no decision can be cheaper than: it reads one clock. */
function readings(): void {
  for (let index = 0; index < DECISIONS; index++) ticks[0] = systemClock.nowMs()
}

/** What the gate asks of a budget for each call. */
function takes(budget: SharedBudget): () => void {
  return () => {
    for (let index = 0; index < DECISIONS; index++) budget.take(PriorityClass.standard, 1)
  }
}

/** Calls that get their tokens and end well. */
function passing(clock: Clock): () => void {
  return calls(new BudgetGate(new Budgets(() => aBudget(1e15, 1e9, clock), { b: { rate: 1e9, burst: 1e15 } })))
}

/** Calls that come to an empty bucket. */
function refusing(clock: Clock): () => void {
  return calls(new BudgetGate(new Budgets(() => aBudget(0, 1e-6, clock), { b: { rate: 1e9, burst: 1e15 } })))
}

function passingLocally(rate: number): () => void {
  return calls(new BudgetGate(Budgets.local(systemClock, { b: { rate, burst: rate < 1 ? 1 : 1e15 } })))
}

function calls(gate: BudgetGate): () => void {
  const call = aCall({ budget: 'b', rank: PriorityClass.standard })
  return () => {
    for (let index = 0; index < DECISIONS; index++)
      if (typeof gate.enter(call) === 'string') gate.leave(call, 'success')
  }
}

/** A share of that rate and so much saved up, on a lease that lasts. */
function aBudget(lump: number, rate: number, clock: Clock): SharedBudget {
  const identity = { budget: 'b', holder: 's', incarnation: 'i', drift: 0.02, floor: NO_SHARE }
  const lease = new LeasedBudget({ ...defaultLeasedBudgetConfig, ...identity }, clock)
  lease.poll()
  lease.accept(aGrant({ share: { rate, burst: 1e15 }, ttlMs: 1e9, lump }))
  return new SharedBudget('b', lease, { rate: 1e9, burst: 1e15, onCutOff: 'floor' }, clock)
}
