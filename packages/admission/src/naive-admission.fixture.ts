import { PriorityClass, type CallFacts } from '@spillway/call'
import { defaultAdmissionConfig } from './admission-config.ts'
import type { Visit } from './front-door.fixture.ts'

type Facts = Pick<CallFacts, 'rank' | 'seats' | 'deadlineMs' | 'heldBytes'>

interface NaiveCall extends Facts {
  readonly id: number
  readonly enteredMs: number
  state: Visit['state']
  hasLeft: boolean
}

/** The promised order, spelt out: class, deadline, arrival. */
function byOrder(a: NaiveCall, b: NaiveCall): number {
  if (a.rank !== b.rank) return a.rank - b.rank
  if (a.deadlineMs !== b.deadlineMs) return a.deadlineMs < b.deadlineMs ? -1 : 1
  return a.id - b.id
}

/**
 * What {@link Admission} promises, written without a thought for speed: lists that are sorted and searched anew for every
 * question. No reserve, no service times.
 */
export class NaiveAdmission {
  readonly #maxCalls: number
  readonly #maxBytes: number
  readonly #calls: NaiveCall[] = []
  #evicted: NaiveCall[] = []
  #nowMs = 0
  #limit: number

  constructor(limit: number, maxCalls: number, maxBytes: number) {
    this.#limit = limit
    this.#maxCalls = maxCalls
    this.#maxBytes = maxBytes
  }

  states(): Visit['state'][] {
    return this.#calls.map(({ state }) => state)
  }

  seatsInUse(): number {
    return sum(this.#in('running').map(({ seats }) => seats))
  }

  enter(facts: Facts): void {
    const call: NaiveCall = {
      ...facts,
      id: this.#calls.length,
      enteredMs: this.#nowMs,
      state: 'waiting',
      hasLeft: false,
    }
    call.state = this.#decide(call)
    this.#calls.push(call)
  }

  leave(id: number): void {
    const call = this.#calls[id]
    if (call === undefined) return
    call.hasLeft = true
    this.#evicted = this.#evicted.filter((each) => each !== call)
    this.#give()
  }

  resize(limit: number): void {
    this.#limit = limit
    this.#give()
  }

  advance(byMs: number): void {
    const targetMs = this.#nowMs + byMs
    for (const loser of this.#evicted) loser.state = 'shed_overload'
    this.#evicted = []
    for (let dueMs = this.#nextDueMs(); dueMs <= targetMs; dueMs = this.#nextDueMs()) {
      this.#nowMs = dueMs
      for (const call of this.#queue().filter((each) => dueOf(each) <= dueMs)) {
        call.state = call.deadlineMs <= dueMs ? 'deadline_infeasible' : 'queue_timeout'
      }
      this.#give()
    }
    this.#nowMs = targetMs
  }

  #decide(call: NaiveCall): Visit['state'] {
    if (call.rank === PriorityClass.system) return 'running'
    if (call.deadlineMs <= this.#nowMs) return 'deadline_infeasible'
    const isFirst = this.#queue().every((each) => byOrder(call, each) < 0)
    if (isFirst && this.#fits(call)) return 'running'
    return this.#findLosers(call) ? 'waiting' : 'shed_overload'
  }

  #findLosers(newcomer: NaiveCall): boolean {
    const kept = this.#queue()
    while (!this.#isWithinBounds([...kept, newcomer])) {
      const worst = kept.pop()
      if (worst === undefined || byOrder(worst, newcomer) < 0) return false
    }
    this.#evicted.push(...this.#queue().filter((each) => !kept.includes(each)))
    return true
  }

  #isWithinBounds(calls: readonly NaiveCall[]): boolean {
    return calls.length <= this.#maxCalls && sum(calls.map(({ heldBytes }) => heldBytes)) <= this.#maxBytes
  }

  #give(): void {
    for (let [best] = this.#queue(); best !== undefined && this.#fits(best); [best] = this.#queue()) {
      best.state = 'running'
    }
  }

  #fits(call: NaiveCall): boolean {
    return this.#in('running').length === 0 || this.seatsInUse() + call.seats <= this.#limit
  }

  /** Those who wait and need not go, the best first. */
  #queue(): NaiveCall[] {
    return this.#in('waiting')
      .filter((each) => !this.#evicted.includes(each))
      .sort(byOrder)
  }

  #in(state: Visit['state']): NaiveCall[] {
    return this.#calls.filter((each) => !each.hasLeft && each.state === state && each.rank !== PriorityClass.system)
  }

  #nextDueMs(): number {
    return Math.min(...this.#queue().map(dueOf))
  }
}

function dueOf(call: NaiveCall): number {
  const maxWaitMs = call.rank === PriorityClass.batch ? 5_000 : defaultAdmissionConfig.maxWaitMs.critical
  return Math.min(call.enteredMs + maxWaitMs, call.deadlineMs)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
