import { expect, test } from 'vitest'
import { Status, parseStatus, statusName } from './status.ts'

test('each code has its name', () => {
  for (const [name, code] of Object.entries(Status)) expect(statusName(code)).toBe(name)
})

test.each([17, -1, 1.5, Number.NaN])('a code of %d is UNKNOWN', (code) => {
  expect(statusName(code)).toBe('UNKNOWN')
})

test.each(Object.values(Status))('grpc-status %i is read back', (code) => {
  expect(parseStatus(String(code))).toBe(code)
  expect(parseStatus(String(code).padStart(2, '0'))).toBe(code)
})

test.each([undefined, '', '17', '99', '100', '000', '-1', '1.0', ' 1', '0x1', 'OK'])(
  'grpc-status %j is UNKNOWN',
  (text) => {
    expect(parseStatus(text)).toBe(Status.UNKNOWN)
  },
)
