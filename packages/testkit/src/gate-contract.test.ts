import { NEVER_RETRY, PROCEED, WAIT, type Call, type Gate, type Refusal, type Wake } from '@spillway/call'
import { describe, expect, test } from 'vitest'
import { aCall } from './a-call.ts'
import { GATE_PROMISES, gateContract, type GateSubject } from './gate-contract.ts'

const SHED: Refusal = { kind: 'draining', pushbackMs: NEVER_RETRY }

/** Lets two calls in and one wait, and refuses the rest; each flaw breaks one promise. */
class TwoSeats implements Gate {
  readonly name = 'seats'
  readonly inside = new Set<Call>()
  readonly waiting = new Map<Call, Wake>()
  leaks = 0

  enter(call: Call, wake: Wake): typeof PROCEED | typeof WAIT | Refusal {
    if (this.inside.size < 2) return this.admit(call)
    if (this.waiting.size > 0) return SHED
    this.waiting.set(call, wake)
    return WAIT
  }

  leave(call: Call): void {
    this.waiting.delete(call)
    this.inside.delete(call)
  }

  waitOut(): void {
    for (const [call, wake] of this.waiting) {
      this.waiting.delete(call)
      wake(call, SHED)
    }
  }

  protected admit(call: Call): typeof PROCEED {
    this.inside.add(call)
    return PROCEED
  }
}

function subjectOf(gate: TwoSeats): GateSubject {
  return {
    gate,
    call: () => aCall(),
    held: () => [gate.inside.size, gate.waiting.size, gate.leaks],
    waitOut: () => gate.waitOut(),
  }
}

gateContract('a correct gate', () => subjectOf(new TwoSeats()))

class KeepsRefused extends TwoSeats {
  override enter(call: Call, wake: Wake): ReturnType<TwoSeats['enter']> {
    const verdict = super.enter(call, wake)
    if (typeof verdict !== 'string') this.leaks++
    return verdict
  }
}

class ForgetsToGiveBack extends TwoSeats {
  override leave(call: Call): void {
    this.waiting.delete(call)
  }
}

class GivesBackTwice extends TwoSeats {
  override leave(call: Call): void {
    this.leaks--
    super.leave(call)
  }

  protected override admit(call: Call): typeof PROCEED {
    this.leaks++
    return super.admit(call)
  }
}

class WakesInEnter extends TwoSeats {
  override enter(call: Call, wake: Wake): ReturnType<TwoSeats['enter']> {
    this.waitOut()
    return super.enter(call, wake)
  }
}

class WakesTwice extends TwoSeats {
  override waitOut(): void {
    for (const [call, wake] of this.waiting) wake(call, SHED)
    super.waitOut()
  }
}

class WakesNobody extends TwoSeats {
  override waitOut(): void {
    this.waiting.clear()
  }
}

class WakesTheGone extends TwoSeats {
  readonly #all = new Map<Call, Wake>()

  override enter(call: Call, wake: Wake): ReturnType<TwoSeats['enter']> {
    const verdict = super.enter(call, wake)
    if (verdict === WAIT) this.#all.set(call, wake)
    return verdict
  }

  override waitOut(): void {
    for (const [call, wake] of this.#all) wake(call, SHED)
    this.waiting.clear()
  }
}

class AsksForNegativeDelay extends TwoSeats {
  override enter(): Refusal {
    return { kind: 'draining', pushbackMs: -5 }
  }
}

describe('the contract finds', () => {
  test.each([
    ['a gate that holds something for a refused call', 'holds nothing for a call that it refuses', KeepsRefused],
    ['a gate that keeps what an unsent call took', 'gives back all that an unsent call took', ForgetsToGiveBack],
    ['a gate that gives back twice', 'is not confused by a call that leaves twice', GivesBackTwice],
    ['a gate that wakes inside enter', 'never wakes a call while another or the same enters', WakesInEnter],
    ['a gate that wakes twice', 'wakes a waiting call once, and within its time', WakesTwice],
    ['a gate that lets calls wait for ever', 'wakes a waiting call once, and within its time', WakesNobody],
    ['a gate that wakes who has left', 'does not wake a call that has left', WakesTheGone],
    ['a gate that leaks', 'holds nothing when all calls are over', ForgetsToGiveBack],
    ['a pushback that no caller understands', 'refuses with a pushback that callers understand', AsksForNegativeDelay],
  ])('%s', (_flaw, name, Gate) => {
    const promise = GATE_PROMISES.find((each) => each.name === name)

    expect(() => promise?.check(subjectOf(new Gate()))).toThrow(/./)
  })

  test('each promise has a gate that breaks it', () => {
    expect(GATE_PROMISES).toHaveLength(8)
  })
})
