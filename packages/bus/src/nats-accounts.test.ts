import { readFileSync } from 'node:fs'
import { nkeyAuthenticator, nkeys, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node'
import { NatsServer, natsVersions } from '@spillway/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectBus } from './connect.ts'
import { LeaderKey } from './leader-key.ts'
import { natsAccounts, type BusUser } from './nats-accounts.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const password = (user: string): BusUser['credential'] => ({ kind: 'password', user, password: `${user}-secret` })
const pair = nkeys.createUser()

const users: BusUser[] = [
  { role: 'sidecar', region: 'eu', shard: 's0', id: 'one', credential: password('one') },
  {
    role: 'sidecar',
    region: 'eu',
    shard: 's0',
    id: 'two',
    credential: { kind: 'nkey', publicKey: pair.getPublicKey() },
  },
  { role: 'sidecar', region: 'eu', shard: 's0', id: 'voter', isVoter: true, credential: password('voter') },
  { role: 'region', region: 'eu', shard: 's0', id: 'eu-1', credential: password('eu-1') },
  { role: 'region', region: 'us', shard: 's0', id: 'us-1', credential: password('us-1') },
  { role: 'both', region: 'eu', shard: 's0', id: 'all', credential: password('all') },
  { role: 'operator', credential: password('operator') },
]

test('the example that ships is what the generator writes', () => {
  const example: BusUser[] = [
    {
      role: 'sidecar',
      region: 'eu',
      shard: 's0',
      id: 'checkout-1',
      isVoter: true,
      credential: templateOf('checkout-1'),
    },
    { role: 'region', region: 'eu', shard: 's0', id: 'eu-1', credential: templateOf('eu-1') },
    { role: 'both', region: 'eu', shard: 's0', id: 'payments-1', credential: templateOf('payments-1') },
    { role: 'operator', credential: templateOf('operator') },
  ]
  const shipped = readFileSync(new URL('../nats/accounts.conf', import.meta.url), 'utf8')

  expect(shipped.replaceAll(/^#.*\n/gm, '')).toBe(natsAccounts(example, true))
})

function templateOf(user: string): BusUser['credential'] {
  return { kind: 'password', user, password: 'change-me' }
}

test('refuses an id that would widen a subject', () => {
  const wide: BusUser = { role: 'sidecar', region: 'eu', shard: 's0', id: '*', credential: password('x') }
  expect(() => natsAccounts([wide], false)).toThrow('cannot stand in a subject')
})

describe.each(natsVersions())('permissions on nats-server $version', ({ binary }) => {
  if (!binary) return test.skip('no such server here')
  let server: NatsServer
  let operator: NatsConnection
  const open: NatsConnection[] = []
  const heard: string[] = []

  async function as(
    name: string,
    options: ConnectionOptions = { user: name, pass: `${name}-secret` },
  ): Promise<NatsConnection> {
    const connection = await connectBus({ servers: [server.url], name, options })
    open.push(connection)
    return connection
  }

  async function publishes(connection: NatsConnection, subject: string): Promise<boolean> {
    heard.length = 0
    connection.publish(subject, 'x')
    await connection.flush()
    await operator.flush()
    await pause(50)
    return heard.includes(subject)
  }

  async function hears(connection: NatsConnection, subject: string): Promise<boolean> {
    const refusal = new Promise<boolean>((resolve) => {
      connection.subscribe(subject, { callback: (error) => void (error && resolve(false)) })
    })
    await connection.flush()
    return await Promise.race([refusal, pause(300).then(() => true)])
  }

  beforeAll(async () => {
    server = await NatsServer.start({ binary, config: natsAccounts(users, true) })
    operator = await as('operator')
    operator.subscribe('spillway.v1.>', { callback: (_error, message) => void heard.push(message.subject) })
    await operator.flush()
  })
  afterAll(async () => {
    for (const connection of open) await connection.close()
    await server.close()
  })

  test('a sidecar publishes its own reports, and neither another’s nor a grant', async () => {
    const one = await as('one')

    expect(await publishes(one, 'spillway.v1.report.eu.s0.one')).toBe(true)
    expect(await publishes(one, 'spillway.v1.report.eu.s0.two')).toBe(false)
    expect(await publishes(one, 'spillway.v1.report.us.s0.one')).toBe(false)
    expect(await publishes(one, 'spillway.v1.grant.eu.s0.one')).toBe(false)
    expect(await publishes(one, 'spillway.v1.down.s0.eu')).toBe(false)
    expect(await publishes(one, 'spillway.v1.up.s0.eu')).toBe(false)
    expect(await publishes(one, 'spillway.v1.advice.eu.one.fenced')).toBe(true)
    expect(await publishes(one, 'spillway.v1.advice.eu.two.fenced')).toBe(false)
  })

  test('a sidecar hears its own grants and nothing else', async () => {
    const one = await as('one')

    expect(await hears(one, 'spillway.v1.grant.eu.s0.one')).toBe(true)
    expect(await hears(one, 'spillway.v1.grant.eu.s0.two')).toBe(false)
    expect(await hears(one, 'spillway.v1.>')).toBe(false)
  })

  test('a sidecar gets no key store', async () => {
    const key = new LeaderKey({ bucket: 'SPILLWAY_REGION_eu_s0', ttlMs: 10_000, timeoutMs: 300 }, await as('one'))

    expect(await key.ask({ kind: 'create', entry: { incarnation: 'one', epoch: 0 } })).toEqual({ kind: 'unknown' })
  })

  test('a sidecar may prove itself by key instead of a password', async () => {
    const two = await as('two', { authenticator: nkeyAuthenticator(pair.getSeed()) })

    expect(await publishes(two, 'spillway.v1.report.eu.s0.two')).toBe(true)
    expect(await publishes(two, 'spillway.v1.report.eu.s0.one')).toBe(false)
  })

  test('a process of both roles does what each does at home, for itself only, and nothing else', async () => {
    const all = await as('all')
    const own = new LeaderKey({ bucket: 'SPILLWAY_REGION_eu_s0', ttlMs: 10_000, timeoutMs: 500 }, all)
    const foreign = new LeaderKey({ bucket: 'SPILLWAY_REGION_us_s0', ttlMs: 10_000, timeoutMs: 300 }, all)

    expect(await own.ask({ kind: 'read' })).toMatchObject({ kind: 'found' })
    expect(await foreign.ask({ kind: 'create', entry: { incarnation: 'all', epoch: 0 } })).toEqual({ kind: 'unknown' })
    const mine = ['report.eu.s0.all', 'advice.eu.all.fenced', 'grant.eu.s0.one', 'up.s0.eu', 'down.s0.us']
    const others = ['report.eu.s0.one', 'report.us.s0.all', 'advice.eu.one.fenced', 'grant.us.s0.one', 'up.s0.us']
    for (const name of mine) expect([name, await publishes(all, `spillway.v1.${name}`)]).toEqual([name, true])
    for (const name of others) expect([name, await publishes(all, `spillway.v1.${name}`)]).toEqual([name, false])
    expect(await hears(all, 'spillway.v1.grant.eu.s0.all')).toBe(true)
    expect(await hears(all, 'spillway.v1.report.eu.s0.*')).toBe(true)
    expect(await hears(all, 'spillway.v1.grant.eu.s0.one')).toBe(false)
    expect(await hears(all, 'spillway.v1.report.us.s0.*')).toBe(false)
    expect(await hears(all, '_INBOX_eu-1.>')).toBe(false)
    expect(await hears(all, 'spillway.v1.>')).toBe(false)
  })

  test('a region process elects, grants at home and answers regions, and speaks for no other region', async () => {
    const eu = await as('eu-1')
    const own = new LeaderKey({ bucket: 'SPILLWAY_REGION_eu_s0', ttlMs: 10_000, timeoutMs: 500 }, eu)
    const foreign = new LeaderKey({ bucket: 'SPILLWAY_REGION_us_s0', ttlMs: 10_000, timeoutMs: 300 }, eu)

    expect(await own.ask({ kind: 'create', entry: { incarnation: 'eu-1', epoch: 0 } })).toMatchObject({
      kind: 'written',
    })
    expect(await own.ask({ kind: 'read' })).toMatchObject({ kind: 'found' })
    expect(await foreign.ask({ kind: 'create', entry: { incarnation: 'eu-1', epoch: 0 } })).toEqual({ kind: 'unknown' })
    expect(await publishes(eu, 'spillway.v1.grant.eu.s0.one')).toBe(true)
    expect(await publishes(eu, 'spillway.v1.down.s0.us')).toBe(true)
    expect(await publishes(eu, 'spillway.v1.grant.us.s0.one')).toBe(false)
    expect(await publishes(eu, 'spillway.v1.up.s0.us')).toBe(false)
  })

  test('a region votes, stands and leaves under its own name only', async () => {
    const eu = await as('eu-1')

    expect(await publishes(eu, 'spillway.v1.vote.s0.eu')).toBe(true)
    expect(await publishes(eu, 'spillway.v1.vote.s0.us')).toBe(false)
    expect(await publishes(eu, 'spillway.v1.promise.s0.us.eu')).toBe(true)
    expect(await publishes(eu, 'spillway.v1.promise.s0.us.us')).toBe(false)
    expect(await publishes(eu, 'spillway.v1.leave.s0.eu')).toBe(true)
    expect(await publishes(eu, 'spillway.v1.leave.s0.us')).toBe(false)
  })

  test('within a region everybody votes and stands under its own name only, and sidecars only if they are told to', async () => {
    const [eu, voter, one] = [await as('eu-1'), await as('voter'), await as('one')]

    expect(await publishes(eu, 'spillway.v1.vote.eu.s0.eu-1')).toBe(true)
    expect(await publishes(eu, 'spillway.v1.vote.eu.s0.eu-2')).toBe(false)
    expect(await publishes(eu, 'spillway.v1.promise.eu.s0.eu-2.voter')).toBe(false)
    expect(await publishes(voter, 'spillway.v1.promise.eu.s0.eu-1.voter')).toBe(true)
    expect(await publishes(voter, 'spillway.v1.promise.eu.s0.eu-1.eu-1')).toBe(false)
    expect(await publishes(voter, 'spillway.v1.vote.eu.s0.voter')).toBe(false)
    expect(await publishes(one, 'spillway.v1.promise.eu.s0.eu-1.one')).toBe(false)
    expect(await publishes(eu, 'spillway.v1.succession.eu.s0.eu-1')).toBe(true)
    expect(await publishes(eu, 'spillway.v1.succession.eu.s0.eu-2')).toBe(false)
    expect(await publishes(voter, 'spillway.v1.succession.eu.s0.voter')).toBe(false)
    expect(await hears(one, 'spillway.v1.succession.eu.s0.*')).toBe(false)
    expect(await hears(one, 'spillway.v1.vote.eu.s0.*')).toBe(false)
  })
})
