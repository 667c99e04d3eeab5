import { ManualClock } from '@spillway/clock'
import { expect, test } from 'vitest'
import { AdviceDesk, type Advice } from './advice.ts'

function aDesk(): { clock: ManualClock; told: Advice[]; desk: AdviceDesk } {
  const clock = new ManualClock()
  const told: Advice[] = []
  return { clock, told, desk: new AdviceDesk('eu', 'eu-1', clock, (advice) => told.push(advice)) }
}

test('the first of a kind is told at once', () => {
  const { told, desk } = aDesk()
  desk.raise({ kind: 'malformed', about: 'checkout-1', budget: 'api' })

  expect(told).toEqual([
    { kind: 'malformed', region: 'eu', from: 'eu-1', about: 'checkout-1', budget: 'api', count: 1, detail: '' },
  ])
})

test('a flood is told once a second, with what happened meanwhile', () => {
  const { clock, told, desk } = aDesk()
  for (let count = 0; count < 500; count++) desk.raise({ kind: 'malformed', about: 'checkout-1' })
  clock.advance(1_000)
  desk.raise({ kind: 'malformed', about: 'checkout-1' })

  expect(told.map(({ count }) => count)).toEqual([1, 500])
})

test('the pace of one party does not hold back another, nor another kind', () => {
  const { told, desk } = aDesk()
  desk.raise({ kind: 'malformed', about: 'checkout-1' })
  desk.raise({ kind: 'malformed', about: 'checkout-2' })
  desk.raise({ kind: 'fenced', about: 'checkout-1' })

  expect(told).toHaveLength(3)
})
