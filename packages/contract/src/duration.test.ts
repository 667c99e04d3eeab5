import { describe, expect, test } from 'vitest'
import { parseDurationMs } from './duration.ts'

describe('a duration', () => {
  test.each([
    ['250ms', 250],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['500us', 0.5],
    ['0s', 0],
  ])('%s is read', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms)
  })

  test.each(['', '5', 's', '5 s', '-5s', '+5s', '1e3s', '5d', '5S', '.5s', '5.s', '1h30m', '9999999999s'])(
    '"%s" is none',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined()
    },
  )
})
