import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Gates, PROCEED, WAIT, type Verdict } from './gates.ts'
import { NEVER_RETRY, type Refusal } from './refusal.ts'
import { ScriptedGate, aLoggedCall } from './scripted-gate.fixture.ts'

const NO: Refusal = { kind: 'draining', pushbackMs: NEVER_RETRY }

const VERDICTS: readonly Verdict[] = [PROCEED, PROCEED, PROCEED, WAIT, WAIT, NO]
const verdict = fc.constantFrom(...VERDICTS)

/** What happens to a call that waits: its gate lets it in, refuses it, an earlier gate changes its mind, or it leaves. */
const turn = fc.constantFrom('let in', 'let in', 'refuse', 'change of mind', 'leave')

/** One call taken through the gates to its end. Returns the log, and what the caller learnt in the end. */
function live(verdicts: readonly Verdict[], turns: readonly string[]): { log: string[]; isLet: boolean } {
  const log: string[] = []
  const scripted = verdicts.map((each, index) => new ScriptedGate(String(index), each, log))
  const gates = new Gates(scripted)
  const call = aLoggedCall(log)
  const first = gates.enter(call)
  for (const each of [...turns, 'leave']) {
    if (!call.isWaiting) break
    const keeper = scripted[call.gatesEntered - 1]
    if (each === 'leave') gates.leave(call, 'cancelled')
    else if (each === 'refuse') keeper?.wake(call, NO)
    else {
      for (const gate of scripted) gate.late = each === 'let in' ? undefined : NO
      keeper?.wake(call)
    }
  }
  const isLet = first === PROCEED || log.includes('decided proceed')
  gates.leave(call, 'success')
  gates.leave(call, 'success')
  return { log, isLet }
}

function indexesOf(log: readonly string[], verb: string): number[] {
  return log.filter((line) => line.startsWith(`${verb} `)).map((line) => Number(line.split(' ')[1]))
}

test('every gate is entered in order, left at most once in reverse order, and holds nothing in the end', () => {
  fc.assert(
    fc.property(fc.array(verdict, { maxLength: 6 }), fc.array(turn, { maxLength: 6 }), (verdicts, turns) => {
      const { log, isLet } = live(verdicts, turns)
      const entered = indexesOf(log, 'enter')
      const left = indexesOf(log, 'leave')

      expect(entered).toEqual(entered.map((_, index) => index))
      expect(left).toEqual(left.map((_, index) => left.length - 1 - index))
      // All that were entered are left, but for the one that refused.
      expect(entered.length - left.length).toBeLessThanOrEqual(isLet ? 0 : 1)
    }),
    { numRuns: 2_000 },
  )
})

test('the caller learns one thing at most, and only calls that were let in count as sent', () => {
  fc.assert(
    fc.property(fc.array(verdict, { maxLength: 6 }), fc.array(turn, { maxLength: 6 }), (verdicts, turns) => {
      const { log, isLet } = live(verdicts, turns)

      expect(log.filter((line) => line.startsWith('decided')).length).toBeLessThanOrEqual(1)
      for (const line of log.filter((each) => each.startsWith('leave'))) {
        expect(line.endsWith(isLet ? 'success' : 'unsent')).toBe(true)
      }
    }),
    { numRuns: 2_000 },
  )
})
