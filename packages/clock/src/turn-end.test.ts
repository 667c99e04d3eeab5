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

test('costs one immediate a turn', async () => {
  const immediate = vi.spyOn(globalThis, 'setImmediate')
  atTurnEnd(() => atTurnEnd(() => undefined))
  atTurnEnd(() => undefined)
  expect(immediate).toHaveBeenCalledOnce()
  immediate.mockRestore()
  await nextTurn()
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
