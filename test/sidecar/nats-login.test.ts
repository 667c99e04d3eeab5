import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nkeys } from '@nats-io/transport-node'
import { natsAccounts, type Credential } from '@spillway/bus'
import { NatsServer, TLS_FILES } from '@spillway/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Region, SHARED, pause } from './regions.ts'

const pair = nkeys.createUser()
const credentials: readonly Credential[] = [
  { kind: 'nkey', publicKey: pair.getPublicKey() },
  { kind: 'password', user: 'west-1', password: 'open-sesame' },
]
const { ca, server, client } = TLS_FILES

let folder = ''
let nats: NatsServer | undefined
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nats-login-'))
  writeFileSync(join(folder, 'seed.nk'), pair.getSeed())
  writeFileSync(join(folder, 'stranger.nk'), nkeys.createUser().getSeed())
  writeFileSync(join(folder, 'password'), 'open-sesame\n')
  const [east, west] = credentials
  if (east === undefined || west === undefined) throw new Error('no credentials')
  const users = [
    { role: 'both', region: 'east', shard: 'main', id: 'east-1', credential: east },
    { role: 'both', region: 'west', shard: 'main', id: 'west-1', credential: west },
  ] as const
  const tls = `tls { cert_file: "${server.cert}", key_file: "${server.key}", ca_file: "${ca}", verify: true }`
  nats = await NatsServer.start({ config: `${natsAccounts(users, true)}\n${tls}` })
})
afterAll(async () => {
  await nats?.close()
  rmSync(folder, { recursive: true })
})

/** Settings of a sidecar that logs in like this. */
function settings(id: string, login: Record<string, unknown>): Record<string, unknown> {
  const tls = { ca, cert: client.cert, key: client.key }
  return { nats: { servers: ['nats://127.0.0.1:1', nats?.url], id, tls, ...login }, budgets: { charges: SHARED } }
}

test('over TLS, by a key and by a password, two processes of both roles share a budget with no more rights than they need', async () => {
  await using east = await Region.start('east', settings('east-1', { nkey_file: join(folder, 'seed.nk') }))
  const password_file = join(folder, 'password')
  await using west = await Region.start('west', settings('west-1', { user: 'west-1', password_file }))
  const loads = [east, west].map((region) => region.load(60, 22_000))

  await Promise.all([east, west].map((region) => region.until(({ isCutOff }) => !isCutOff, 60_000)))

  const [first, second] = await Promise.all(loads)
  expect(first?.passedMs.length).toBeGreaterThan(0)
  expect(second?.passedMs.length).toBeGreaterThan(0)
  expect(nats?.log).not.toMatch(/permissions violation/i)
}, 90_000)

test('a key that the server does not know is told of without it', async () => {
  await using region = await Region.start('east', settings('east-2', { nkey_file: join(folder, 'stranger.nk') }))
  const isTold = (): boolean => region.lines.some((line) => /BusUnreachable.*authorization/i.test(line))
  for (let tries = 0; tries < 400 && !isTold(); tries++) await pause(50)

  expect(isTold()).toBe(true)
  expect(region.lines.join('')).not.toMatch(/SU[A-Z2-7]{20}/)
})
