import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Turn, type Flushable, type TurnCall } from './turn.ts'

/** A turn, and calls and connections that write down what is done with them. */
function scripted(): { turn: Turn; seen: string[]; call: (name: string, then?: Partial<TurnCall>) => TurnCall } {
  const turn = new Turn()
  const seen: string[] = []
  const call = (name: string, then: Partial<TurnCall> = {}): TurnCall => {
    const step = (verb: 'decide' | 'send' | 'tell') => (): void => {
      seen.push(`${verb} ${name}`)
      then[verb]?.()
    }
    return { decide: step('decide'), send: step('send'), tell: step('tell') }
  }
  return { turn, seen, call }
}

function connection(seen: string[]): Flushable {
  return { flush: () => seen.push('flush') }
}

test('tells, decides and sends for all calls, and flushes at last', async () => {
  const { turn, seen, call } = scripted()
  turn.add(connection(seen))
  turn.arrived(call('a'))
  turn.passed(call('b'))
  turn.ended(call('c'))
  turn.arrived(call('d'))
  expect(seen).toEqual([])

  await nextTurn()

  expect(seen).toEqual(['tell c', 'decide a', 'decide d', 'send b', 'flush'])
})

test('hands answers over before it tells of their calls when nothing else has come', async () => {
  const { turn, seen, call } = scripted()
  const seated = call('seated')
  turn.add(connection(seen))
  turn.ended(
    call('first', {
      tell: () => {
        turn.passed(seated)
        turn.add(connection(seen))
      },
    }),
  )
  turn.ended(call('second'))

  await nextTurn()

  expect(seen).toEqual(['flush', 'tell first', 'tell second', 'send seated', 'flush'])
})

test('does what is added meanwhile in the same turn, once, and is ready for the next', async () => {
  const { turn, seen, call } = scripted()
  const late = call('late', { send: () => turn.ended(call('refused')) })
  turn.arrived(call('early', { decide: () => turn.passed(late) }))
  await nextTurn()
  expect(seen).toEqual(['decide early', 'send late', 'tell refused'])

  turn.arrived(call('next'))
  await nextTurn()
  await nextTurn()
  expect(seen.slice(3)).toEqual(['decide next'])
})

test('takes any number of calls, turn after turn', async () => {
  const { turn, seen, call } = scripted()
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < 10_000; index++) turn.ended(call(`${round}.${index}`))
    await nextTurn()
  }

  expect(seen).toHaveLength(30_000)
  expect(new Set(seen).size).toBe(30_000)
})
