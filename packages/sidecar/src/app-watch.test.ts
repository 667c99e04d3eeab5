import { systemClock, type Clock } from '@spillway/clock'
import { expect, test } from 'vitest'
import { AppWatch } from './app-watch.ts'

/** Nothing listens there: every probe is refused at once. */
const NOBODY = '127.0.0.1:1'

test('asks an app that does not start ever more rarely, down to the steady pace', async () => {
  const pausesMs: number[] = []
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  const clock: Clock = {
    nowMs: () => systemClock.nowMs(),
    wallMs: () => systemClock.wallMs(),
    schedule(delayMs, task) {
      if (pausesMs.push(delayMs) === 10) resolve()
      else task()
      return { cancel: () => undefined }
    },
  }
  const watch = new AppWatch({ address: NOBODY, startingMs: 100, steadyMs: 150, timeoutMs: 10_000 }, clock, () => {
    throw new Error('nothing has changed')
  })

  watch.start()
  await enough
  watch.stop()

  expect(pausesMs[0]).toBe(100)
  expect(pausesMs.every((pauseMs, index) => pauseMs >= (pausesMs[index - 1] ?? 0))).toBe(true)
  expect(pausesMs.at(-1)).toBe(150)
})
