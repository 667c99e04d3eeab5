import { expect, test } from 'vitest'
import { ScriptClock } from './script-clock.ts'

test('stands still while the others wait for a step, and goes on after it, also when it failed', async () => {
  let nowMs = 5_000
  const clock = new ScriptClock(() => nowMs)
  nowMs += 1_000
  const { promise, reject } = Promise.withResolvers<void>()
  const held = clock.hold(promise)
  nowMs += 10_000
  expect(clock.atS).toBe(1)

  reject(new Error('step'))
  await expect(held).rejects.toThrow('step')
  nowMs += 500
  expect(clock.atS).toBe(1.5)
})
