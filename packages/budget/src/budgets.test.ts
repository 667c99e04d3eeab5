import { PriorityClass } from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { expect, test } from 'vitest'
import { Budgets } from './budgets.ts'

test('shows rate, burst, level and what each class drew', () => {
  const budgets = Budgets.local(new ManualClock(), { scoring: { rate: 100, burst: 10 } })
  const budget = budgets.find('scoring')
  budget?.take(PriorityClass.critical, 6)
  budget?.take(PriorityClass.batch, 1)
  budget?.take(PriorityClass.standard, 1)
  budget?.settle(PriorityClass.critical, 2, 0, 0)

  expect(budgets.snapshot()).toEqual([
    {
      name: 'scoring',
      rate: 100,
      burst: 10,
      level: 5,
      debt: 0,
      classes: [
        { name: 'critical', admitted: 1, refused: 0, used: 4, unneeded: 2, overdrawn: 0, demand: 0 },
        { name: 'standard', admitted: 1, refused: 0, used: 1, unneeded: 0, overdrawn: 0, demand: 0 },
        { name: 'sheddable', admitted: 0, refused: 0, used: 0, unneeded: 0, overdrawn: 0, demand: 0 },
        { name: 'batch', admitted: 0, refused: 1, used: 0, unneeded: 0, overdrawn: 0, demand: 0 },
      ],
    },
  ])
})

test('keeps the level of a budget that stays, starts new ones full, and drops the rest', () => {
  const budgets = Budgets.local(new ManualClock(), { stays: { rate: 1, burst: 10 }, goes: { rate: 1, burst: 10 } })
  budgets.find('stays')?.take(PriorityClass.critical, 7)

  budgets.reconfigure({ comes: { rate: 1, burst: 5 }, stays: { rate: 2, burst: 20 } })

  expect(budgets.snapshot().map(({ name, rate, level }) => ({ name, rate, level }))).toEqual([
    { name: 'comes', rate: 1, level: 5 },
    { name: 'stays', rate: 2, level: 3 },
  ])
})

test('names the budget that cannot be', () => {
  const create = (): Budgets => Budgets.local(new ManualClock(), { scoring: { rate: -1, burst: 10 } })

  expect(create).toThrow('budget scoring: rate must be a number from 0 up: -1')
})

test('names the watermark that cannot be', () => {
  const watermarks = { critical: 0, standard: 0, sheddable: 2, batch: 0 }
  const create = (): Budgets => Budgets.local(new ManualClock(), { scoring: { rate: 1, burst: 10, watermarks } })

  expect(create).toThrow('budget scoring: watermark of sheddable must lie between 0 and 1: 2')
})

test('changes nothing when a part of the new configuration cannot be', () => {
  const budgets = Budgets.local(new ManualClock(), { scoring: { rate: 1, burst: 10 } })

  expect(() => budgets.reconfigure({ scoring: { rate: 5, burst: 5 }, other: { rate: 1, burst: -1 } })).toThrow(
    'budget other',
  )
  expect(budgets.snapshot()).toMatchObject([{ name: 'scoring', rate: 1, burst: 10 }])
})
