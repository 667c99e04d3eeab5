import { expect, test } from 'vitest'
import { Call, defaultCallFacts } from './call.ts'
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
