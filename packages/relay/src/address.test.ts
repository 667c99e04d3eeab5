import { expect, test } from 'vitest'
import { isLoopback, parseAddress } from './address.ts'

test.each([
  ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
  ['risk.eu:7051', { host: 'risk.eu', port: 7051 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  ['unix:/run/app.sock', { path: '/run/app.sock' }],
])('reads %s', (text, address) => {
  expect(parseAddress(text)).toEqual(address)
})

test.each(['', 'host', ':80', 'host:', 'host:65536', 'host:-1', '::1:80', 'a b:x'])('refuses "%s"', (text) => {
  expect(() => parseAddress(text)).toThrow(RangeError)
})

test('knows loopback in all its spellings', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true)
  expect(['128.0.0.1', '::2', '::ffff:10.0.0.1', '10.127.0.1'].some(isLoopback)).toBe(false)
})
