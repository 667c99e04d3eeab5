import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BusAddress } from '@spillway/bus'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { busAddress } from './bus-address.ts'
import { configFrom } from './load-config.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bus-address-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function addressOf(nats: Record<string, unknown>): BusAddress {
  const result = configFrom({ nats })
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  return busAddress(result.ok.config.nats, ['nats://localhost:4222'], 'one')
}

test('says nothing of what is not set', () => {
  expect(addressOf({})).toEqual({ servers: ['nats://localhost:4222'], name: 'one' })
})

test('reads a password again at each connection, and keeps the last one while its file is empty or gone', () => {
  const file = join(folder, 'password')
  writeFileSync(file, 'first\n')
  const { user, password } = addressOf({ user: 'one', password_file: file })
  const ask = (): string | undefined => (typeof password === 'function' ? password() : password)
  const asked = [user, ask()]
  for (const text of ['second\n', '\n']) {
    writeFileSync(file, text)
    asked.push(ask())
  }
  rmSync(file)
  asked.push(ask())

  expect(asked).toEqual(['one', 'first', 'second', 'second', 'second'])
})

test('throws while a file was never good', () => {
  const file = join(folder, 'seed.nk')
  const result = configFrom({})
  if ('problems' in result) throw new Error('the defaults are wrong')
  const { seed } = busAddress({ ...result.ok.config.nats, nkeyFile: file }, [], 'one')
  expect(() => seed?.()).toThrow('ENOENT')
  writeFileSync(file, 'no seed')

  expect(() => seed?.()).toThrow('does not hold what it should')
})

test('names the files of TLS as soon as there is one', () => {
  const result = configFrom({})
  if ('problems' in result) throw new Error('the defaults are wrong')
  const tls = { ca: 'ca.pem', cert: undefined, key: undefined }

  expect(busAddress({ ...result.ok.config.nats, tls }, [], 'one').tls).toEqual({ caFile: 'ca.pem' })
})
