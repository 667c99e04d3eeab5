import { isDeepStrictEqual } from 'node:util'
import { NEVER_RETRY, WAIT, type Call, type Gate, type Outcome, type Verdict } from '@spillway/call'
import { describe, test } from 'vitest'

/** A gate under test, with what the suite must know about it. Every promise is checked on a fresh one. */
export interface GateSubject {
  readonly gate: Gate
  /** Another call for the gate, the `index`-th. Dozens of them should bring the gate to refuse, or to let calls wait. */
  call(index: number): Call
  /** Everything that the gate holds for calls now (seats, tokens, permits, places), as plain data to compare. */
  held(): unknown
  /** What a call took is spent when it ends well, as tokens are: only an unsent call gives it back. */
  readonly isSpending?: boolean
  /** Lets so much time pass, by the gate's own clock, that every wait is over. Left out by gates that never wait. */
  waitOut?(): void
}

/** One promise of the `Gate` interface and the check of it, which throws when the promise is broken. */
export interface GatePromise {
  readonly name: string
  check(subject: GateSubject): void
}

/** Calls in one check: enough for a gate of small bounds to reach each of its verdicts. */
const CALLS = 48

/** What every gate promises, whatever it asks. */
export const GATE_PROMISES: readonly GatePromise[] = [
  { name: 'holds nothing for a call that it refuses', check: checkRefusals },
  { name: 'gives back all that an unsent call took', check: checkGiveBack },
  { name: 'is not confused by a call that leaves twice', check: checkRepeatedLeave },
  { name: 'never wakes a call while another or the same enters', check: checkNoWakeInEnter },
  { name: 'wakes a waiting call once, and within its time', check: checkWakesOnce },
  { name: 'does not wake a call that has left', check: checkNoWakeAfterLeave },
  { name: 'holds nothing when all calls are over', check: checkEmptyAtTheEnd },
  { name: 'refuses with a pushback that callers understand', check: checkPushback },
]

/** Runs every promise of {@link GATE_PROMISES} as a test of the gates that `createSubject` makes. */
export function gateContract(name: string, createSubject: () => GateSubject): void {
  describe(`${name} keeps the contract of a gate:`, () => {
    for (const promise of GATE_PROMISES) test(promise.name, () => promise.check(createSubject()))
  })
}

/** A gate's caller: remembers verdicts and wakes, and leaves once for each call that is in or waiting. */
class Driver {
  readonly subject: GateSubject
  readonly inside = new Map<Call, Outcome>()
  readonly verdicts: Verdict[] = []
  readonly wakes = new Map<Call, number>()
  #entering = false

  constructor(subject: GateSubject) {
    this.subject = subject
  }

  enter(call: Call): Verdict {
    this.#entering = true
    const verdict = this.subject.gate.enter(call, (woken, refusal) => {
      ensure(!this.#entering, 'a call was woken inside enter')
      woken.isWaiting = false
      this.wakes.set(woken, (this.wakes.get(woken) ?? 0) + 1)
      if (refusal !== undefined) {
        this.verdicts.push(refusal)
        this.inside.delete(woken)
      }
    })
    this.#entering = false
    this.verdicts.push(verdict)
    call.isWaiting = verdict === WAIT
    if (typeof verdict === 'string') this.inside.set(call, 'success')
    return verdict
  }

  enterMany(): Call[] {
    const calls = Array.from({ length: CALLS }, (_, index) => this.subject.call(index))
    for (const call of calls) this.enter(call)
    return calls
  }

  leave(call: Call, outcome: Outcome): void {
    this.inside.delete(call)
    this.subject.gate.leave(call, call.isWaiting ? 'unsent' : outcome)
    call.isWaiting = false
  }

  leaveAll(outcome: Outcome): void {
    for (let next = this.#newest(); next; next = this.#newest()) this.leave(next, outcome)
  }

  #newest(): Call | undefined {
    return [...this.inside.keys()].at(-1)
  }
}

function checkRefusals(subject: GateSubject): void {
  const driver = new Driver(subject)
  for (let index = 0; index < CALLS; index++) {
    const before = subject.held()
    if (typeof driver.enter(subject.call(index)) !== 'string') ensureSame(before, subject.held(), 'after a refusal')
  }
}

function checkGiveBack(subject: GateSubject): void {
  const before = subject.held()
  const driver = new Driver(subject)
  driver.enterMany()
  driver.leaveAll('unsent')
  ensureSame(before, subject.held(), 'after all calls left unsent')
}

function checkRepeatedLeave(subject: GateSubject): void {
  const driver = new Driver(subject)
  const calls = driver.enterMany()
  for (const call of calls.filter((each) => driver.inside.has(each))) {
    if (!driver.inside.has(call)) continue
    driver.leave(call, 'unsent')
    const before = subject.held()
    subject.gate.leave(call, 'unsent')
    ensureSame(before, subject.held(), 'after a second leave')
  }
}

function checkNoWakeInEnter(subject: GateSubject): void {
  new Driver(subject).enterMany()
}

function checkWakesOnce(subject: GateSubject): void {
  const driver = new Driver(subject)
  const waited = driver.enterMany().filter((call) => call.isWaiting)
  if (waited.length > 0) ensure(subject.waitOut !== undefined, 'the gate lets calls wait; tell how with waitOut')
  subject.waitOut?.()
  for (const call of waited) {
    const wakes = driver.wakes.get(call) ?? 0
    ensure(wakes === 1, `a waiting call was woken ${wakes} times`)
  }
  driver.leaveAll('success')
  for (const [, wakes] of driver.wakes) ensure(wakes === 1, `a waiting call was woken ${wakes} times`)
}

function checkNoWakeAfterLeave(subject: GateSubject): void {
  const driver = new Driver(subject)
  const waited = driver.enterMany().filter((call) => call.isWaiting)
  const wakesBefore = new Map(driver.wakes)
  driver.leaveAll('cancelled')
  const wakesAtLeave = new Map(driver.wakes)
  subject.waitOut?.()
  for (const call of waited) {
    if (wakesBefore.has(call)) continue
    ensure(driver.wakes.get(call) === wakesAtLeave.get(call), 'a call was woken after it left')
  }
}

function checkEmptyAtTheEnd(subject: GateSubject): void {
  if (subject.isSpending === true) return
  const before = subject.held()
  for (const outcome of ['success', 'fault', 'backpressure', 'cancelled'] as const) {
    const driver = new Driver(subject)
    driver.enterMany()
    driver.leaveAll(outcome)
    subject.waitOut?.()
    ensureSame(before, subject.held(), `after all calls ended with ${outcome}`)
  }
}

function checkPushback(subject: GateSubject): void {
  const driver = new Driver(subject)
  driver.enterMany()
  subject.waitOut?.()
  for (const verdict of driver.verdicts) {
    if (typeof verdict === 'string') continue
    const { kind, pushbackMs } = verdict
    const isValid = pushbackMs === NEVER_RETRY || (Number.isFinite(pushbackMs) && pushbackMs >= 0)
    ensure(isValid, `${kind} has a pushback of ${pushbackMs} ms`)
  }
}

function ensure(holds: boolean, breach: string): void {
  if (!holds) throw new Error(breach)
}

function ensureSame(before: unknown, after: unknown, when: string): void {
  ensure(isDeepStrictEqual(before, after), `held ${JSON.stringify(before)}, then ${JSON.stringify(after)} ${when}`)
}
