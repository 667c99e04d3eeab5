import { expect, test } from 'vitest'
import { Call, CallTraits, defaultCallFacts } from './call.ts'
import { PriorityClass } from './priority-class.ts'

test('a call takes over every fact and holds nothing yet', () => {
  const facts = { ...defaultCallFacts, path: '/bank.v1.Risk/Score', rank: PriorityClass.sheddable, cohort: 5 }
  const call = Call.of(facts, { decided: () => expect.unreachable() })

  expect(call).toMatchObject(facts)
  expect(call).toMatchObject({
    traits: { level: 2 * 128 + 5 },
    gatesEntered: 0,
    isWaiting: false,
    budgetTaken: 0,
    place: null,
  })
})

test('changed traits have every other fact, and nothing of what was looked up', () => {
  const traits = new CallTraits({ ...defaultCallFacts, path: '/bank.v1.Risk/Score', cohort: 5 })
  traits.breaker = {}
  traits.note = {}

  const changed = traits.with({ rank: PriorityClass.batch })

  expect(changed).toMatchObject({ path: '/bank.v1.Risk/Score', rank: PriorityClass.batch, level: 3 * 128 + 5 })
  expect([changed.breaker, changed.peerCounts, changed.serviceTime, changed.note]).toEqual([null, null, null, null])
})
