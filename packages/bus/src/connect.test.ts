import { jetstreamManager } from '@nats-io/jetstream'
import { nkeys } from '@nats-io/transport-node'
import { NatsServer, TLS_FILES } from '@spillway/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { connectBus, type BusAddress } from './connect.ts'
import { aTrust } from './jwt.fixture.ts'

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo()
})

async function aServer(config: string, jetStream?: false): Promise<NatsServer> {
  const server = await NatsServer.start(jetStream === undefined ? { config } : { config, jetStream })
  cleanUp.push(() => server.close())
  return server
}

/** Connects once, and says how it went: `in`, or the reason. */
async function login(address: Omit<BusAddress, 'name'>): Promise<string> {
  const options = { waitOnFirstConnect: false, timeout: 3_000, reconnect: false }
  try {
    const connection = await connectBus({ name: 'one', ...address, options })
    await connection.flush()
    await connection.close()
    return 'in'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

test('logs in with a password, asked for at each connection', async () => {
  const { url } = await aServer('authorization { user: one, password: right }')
  const passwords = ['wrong', 'right']
  const password = (): string => passwords.shift() ?? ''

  expect(await login({ servers: [url], user: 'one', password })).toMatch(/authorization/i)
  expect(await login({ servers: [url], user: 'one', password })).toBe('in')
})

test('logs in with the seed of a key that the server knows, and with no other', async () => {
  const [known, stranger] = [nkeys.createUser(), nkeys.createUser()]
  const { url } = await aServer(`authorization { users: [ { nkey: ${known.getPublicKey()} } ] }`)

  expect(await login({ servers: [url], seed: () => known.getSeed() })).toBe('in')
  expect(await login({ servers: [url], seed: () => stranger.getSeed() })).toMatch(/authorization/i)
})

test('logs in with a credentials file that the operator of the server vouches for, and with no other', async () => {
  const [trust, other] = [aTrust(), aTrust()]
  const { url } = await aServer(trust.serverConfig, false)

  expect(await login({ servers: [url], creds: () => trust.creds })).toBe('in')
  expect(await login({ servers: [url], creds: () => other.creds })).toMatch(/authorization/i)
})

describe('over TLS', () => {
  const { ca, server, client } = TLS_FILES
  const config = `tls { cert_file: "${server.cert}", key_file: "${server.key}", ca_file: "${ca}", verify: true }`
  const tls = { caFile: ca, certFile: client.cert, keyFile: client.key }

  test('logs in with a certificate of an authority that both trust', async () => {
    const { url } = await aServer(config)

    expect(await login({ servers: [url], tls })).toBe('in')
    expect(await login({ servers: [url.replace('nats:', 'tls:')], tls })).toBe('in')
  })

  test.each([
    ['without a certificate', { caFile: ca }],
    ['to a server that nobody vouches for', { certFile: client.cert, keyFile: client.key }],
    ['with a file that is gone', { ...tls, caFile: '/nowhere/ca.pem' }],
  ])('does not connect %s', async (_what, files) => {
    const { url } = await aServer(config)

    expect(await login({ servers: [url], tls: files })).not.toBe('in')
  })

  test('does not connect to a server that has none', async () => {
    const { url } = await aServer('')

    expect(await login({ servers: [url], tls: { caFile: ca } })).not.toBe('in')
  })
})

test('takes the next server when one does not answer, and comes back through another when one dies', async () => {
  const [first, second] = [await aServer(''), await aServer('')]
  const connection = await connectBus({ name: 'one', servers: ['nats://127.0.0.1:1', first.url, second.url] })
  cleanUp.push(() => connection.close())
  const home = connection.getServer().endsWith(`:${first.port}`) ? first : second
  const reconnected = (async () => {
    for await (const { type } of connection.status()) if (type === 'reconnect') return
  })()

  await home.kill()
  await reconnected

  const other = home === first ? second : first
  expect(connection.getServer()).toContain(String(other.port))
  expect((await (await jetstreamManager(connection)).getAccountInfo()).streams).toBe(0)
}, 60_000)
