import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { atTurnEnd } from './turn-end.ts'

test('runs tasks once and in order, behind them those that they ask for, all before the next turn', async () => {
  const seen: string[] = []
  atTurnEnd(() => {
    seen.push('first')
    atTurnEnd(() => seen.push('asked for'))
  })
  atTurnEnd(() => seen.push('second'))
  expect(seen).toEqual([])

  await nextTurn()
  expect(seen).toEqual(['first', 'second', 'asked for'])

  atTurnEnd(() => seen.push('later'))
  await nextTurn()
  expect(seen).toEqual(['first', 'second', 'asked for', 'later'])
})

test.each([
  ['with everything that has come, by one immediate', 0.02, ['a tick later', 'first', 'second', 'asked for']],
  ['with its first event where the loop has waited', 0.04, ['first', 'asked for', 'a tick later', 'second']],
])('a turn ends %s', async (_name, pauseMs, order) => {
  const seen: string[] = []
  const clock = vi.spyOn(performance, 'now')
  const note = (what: string) => (): void => void seen.push(what)
  clock.mockReturnValue(1_000)
  atTurnEnd(() => undefined)
  await nextTurn()

  clock.mockReturnValue(1_000 + pauseMs)
  atTurnEnd(() => {
    note('first')()
    atTurnEnd(note('asked for'))
  })
  process.nextTick(() => {
    note('a tick later')()
    atTurnEnd(note('second'))
  })
  await nextTurn()
  await nextTurn()
  clock.mockRestore()

  expect(seen).toEqual(order)
})

test('a task that throws keeps none of the others from running', async () => {
  const seen: string[] = []
  const thrown: unknown[] = []
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.once('uncaughtException', (error) => thrown.push(error))
  atTurnEnd(() => {
    throw new Error('a bug')
  })
  atTurnEnd(() => seen.push('second'))
  await nextTurn()
  await nextTurn()
  for (const other of others) process.on('uncaughtException', other)

  expect(thrown).toEqual([new Error('a bug')])
  expect(seen).toEqual(['second'])
})
