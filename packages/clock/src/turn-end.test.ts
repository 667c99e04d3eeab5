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

/** Hands out that many events, each with a task that asks for another one, and returns what was seen, in order. */
async function eventsAfterPause(pauseMs: number, events: number): Promise<string[]> {
  const seen: string[] = []
  const note = (what: string) => (): void => void seen.push(what)
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000)
  for (let turn = 0; turn < 10; turn++) {
    atTurnEnd(() => undefined)
    await nextTurn()
  }
  clock.mockReturnValue(1_000 + pauseMs)
  for (let event = 1; event <= events; event++) {
    setImmediate(() => {
      note(`event ${event}`)()
      atTurnEnd(() => {
        note(`task ${event}`)()
        atTurnEnd(note(`asked for ${event}`))
      })
    })
  }
  await nextTurn()
  await nextTurn()
  clock.mockRestore()
  return seen
}

test('a turn ends with everything that has come, by one immediate', async () => {
  expect(await eventsAfterPause(0.02, 2)).toEqual([
    'event 1',
    'event 2',
    'task 1',
    'task 2',
    'asked for 1',
    'asked for 2',
  ])
})

test('where the loop has waited, each of the first four events is a turn of its own', async () => {
  const single = (event: number): string[] => [`event ${event}`, `task ${event}`, `asked for ${event}`]

  expect(await eventsAfterPause(0.04, 6)).toEqual([
    ...[1, 2, 3, 4].flatMap(single),
    'event 5',
    'event 6',
    'task 5',
    'task 6',
    'asked for 5',
    'asked for 6',
  ])
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
