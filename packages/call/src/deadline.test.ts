import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatTimeout, parseTimeoutMs } from './deadline.ts'

const SYMBOLS = ['0', '1', '5', '9', 'H', 'M', 'S', 'm', 'u', 'n', 'x', 's', '.', ' ', '-']

describe('parseTimeoutMs', () => {
  test.each([
    ['1H', 3_600_000],
    ['2M', 120_000],
    ['3S', 3_000],
    ['250m', 250],
    ['1500u', 1.5],
    ['5000000n', 5],
    ['0S', 0],
    ['00000001S', 1_000],
    ['99999999H', 99_999_999 * 3_600_000],
  ])('reads %s as %d ms', (text, timeoutMs) => {
    expect(parseTimeoutMs(text)).toBeCloseTo(timeoutMs, 9)
  })

  test.each([
    '',
    'S',
    '1',
    '100000000m',
    '1s',
    '1h',
    '1 S',
    ' 1S',
    '1S ',
    '-1S',
    '+1S',
    '1.5S',
    '1e3m',
    '0x1m',
    '１S',
    '1µ',
    'mm',
  ])('refuses %j', (text) => {
    expect(parseTimeoutMs(text)).toBeUndefined()
  })

  test('reads one to eight digits and a unit, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...SYMBOLS), maxLength: 10 }), (text) => {
        expect(parseTimeoutMs(text) !== undefined).toBe(/^\d{1,8}[HMSmun]$/.test(text))
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('formatTimeout', () => {
  test.each([
    [0, '0n'],
    [-5, '0n'],
    [0.0004, '0u'],
    [1.5, '1500u'],
    [99_999.999, '99999999u'],
    [100_000, '100000m'],
    [99_999_999.9, '99999999m'],
    [100_000_000, '100000S'],
    [1e15, '99999999S'],
    [Number.POSITIVE_INFINITY, '99999999S'],
  ])('writes %d ms as %s', (remainingMs, text) => {
    expect(formatTimeout(remainingMs)).toBe(text)
  })

  test('is read back, never as more than there was, and short by less than its unit', () => {
    const remaining = fc.double({ min: 0, max: 9e10, noNaN: true })
    fc.assert(
      fc.property(remaining, (remainingMs) => {
        const text = formatTimeout(remainingMs)
        const readMs = parseTimeoutMs(text) ?? Number.NaN
        const unitMs = parseTimeoutMs(`1${text.slice(-1)}`) ?? Number.NaN
        expect(readMs).toBeLessThanOrEqual(remainingMs * (1 + 1e-12))
        expect(remainingMs - readMs).toBeLessThan(unitMs * (1 + 1e-6) + 1e-6)
      }),
      { numRuns: 3_000 },
    )
  })
})
