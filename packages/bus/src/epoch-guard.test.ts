import { expect, test } from 'vitest'
import { EpochGuard } from './epoch-guard.ts'

test('epochs that go up as elections do are admitted, old ones too', () => {
  const guard = new EpochGuard()

  expect([1, 40, 5_000_000, 2].map((epoch) => guard.admits(epoch))).toEqual([true, true, true, true])
})

test.each([Number.MAX_SAFE_INTEGER, 2 ** 63, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  '%d is refused',
  (epoch) => {
    expect(new EpochGuard().admits(epoch)).toBe(false)
  },
)

test('what was refused does not make room for more', () => {
  const guard = new EpochGuard()
  guard.admits(2 ** 40)

  expect(guard.admits(2 ** 40)).toBe(false)
})
