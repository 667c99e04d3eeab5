import { once } from 'node:events'
import {
  createServer as createHttp2Server,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { AppProbe, probeApp } from './app-probe.ts'

const PATIENT_MS = 10_000
/** `HealthCheckResponse` with gRPC's prefix. */
const SERVING = [0, 0, 0, 0, 2, 8, 1]
const NOT_SERVING = [0, 0, 0, 0, 2, 8, 2]

const servers: (Server | Http2Server)[] = []
const probes: AppProbe[] = []

afterEach(() => {
  for (const probe of probes.splice(0)) probe.close()
  for (const server of servers.splice(0)) server.close()
})

async function listening(server: Server | Http2Server): Promise<string> {
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has a port')
  return `127.0.0.1:${address.port}`
}

/** A gRPC server that answers every call with these octets and this status. */
function answering(octets: readonly number[], status: string): Http2Server {
  const server = createHttp2Server()
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    if (headers[':path'] !== '/grpc.health.v1.Health/Check') return stream.close()
    if (octets.length === 0) {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status }, { endStream: true })
      return
    }
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }))
    stream.end(Buffer.from(octets))
  })
  return server
}

test.each([
  ['that is serving', SERVING, '0', 'serving'],
  ['that is not serving', NOT_SERVING, '0', 'not_serving'],
  ['whose status is not known', [0, 0, 0, 0, 0], '0', 'not_serving'],
  ['that answers with more than a status', [0, 0, 0, 0, 4, 8, 1, 16, 1], '0', 'not_serving'],
  ['without a health service', [], '12', 'serving'],
])('an app %s', async (_what, octets, status, condition) => {
  expect(await probeApp(await listening(answering(octets, status)), PATIENT_MS)).toBe(condition)
})

test.each<[string, (socket: Socket) => void]>([
  ['hangs up', (socket) => socket.destroy()],
  ['speaks something else', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
])('an app that %s took the connection, and so serves', async (_what, receive) => {
  const address = await listening(createServer((socket) => receive(socket.on('error', () => undefined))))

  expect(await probeApp(address, PATIENT_MS)).toBe('serving')
})

test('an app that says nothing in time serves', async () => {
  const address = await listening(createServer((socket) => socket.on('error', () => undefined)))

  expect(await probeApp(address, 30)).toBe('serving')
})

test('an app that takes no connections is unreachable', async () => {
  const server = createServer()
  const address = await listening(server)
  await new Promise((resolve) => server.close(resolve))

  expect(await probeApp(address, PATIENT_MS)).toBe('unreachable')
})

function probing(address: string, timeoutMs = PATIENT_MS): AppProbe {
  const probe = new AppProbe(address, timeoutMs)
  probes.push(probe)
  return probe
}

/** A gRPC server that answers its health checks with these octets in turn, and the connections that it has taken. */
async function inTurn(...answers: number[][]): Promise<{ address: string; connections: ServerHttp2Session[] }> {
  const connections: ServerHttp2Session[] = []
  const server = createHttp2Server()
  server.on('session', (session: ServerHttp2Session) => connections.push(session))
  server.on('stream', (stream: ServerHttp2Stream) => {
    const octets = answers.shift()
    if (octets === undefined) return
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(Buffer.from(octets))
  })
  return { address: await listening(server), connections }
}

test('asks again over the same connection, until it is closed', async () => {
  const { address, connections } = await inTurn(SERVING, NOT_SERVING, SERVING)
  const probe = probing(address)

  expect(await probe.ask()).toBe('serving')
  expect(await probe.ask()).toBe('not_serving')
  expect(await probe.ask()).toBe('serving')
  expect(connections).toHaveLength(1)
  const [connection] = connections
  if (connection === undefined) throw new Error('there is one')
  probe.close()
  await once(connection, 'close')
})

test.each<[string, (connection: ServerHttp2Session) => void]>([
  ['cuts', (connection) => connection.destroy()],
  ['winds up', (connection) => connection.close()],
])('where the app %s the connection, it asks over another one', async (_what, end) => {
  const { address, connections } = await inTurn(SERVING, NOT_SERVING)
  const probe = probing(address)
  await probe.ask()
  const [connection] = connections
  if (connection === undefined) throw new Error('there is one')
  end(connection)
  await once(connection, 'close')

  expect(await probe.ask()).toBe('not_serving')
  expect(connections).toHaveLength(2)
})

test('where the app resets every check, no connection is left behind', async () => {
  const { address, connections } = await inTurn()
  const server = servers[0]
  server?.on('stream', (stream: ServerHttp2Stream) => stream.on('error', () => undefined).close(7)) // REFUSED_STREAM
  const probe = probing(address)

  for (let asked = 0; asked < 4; asked++) expect(await probe.ask()).toBe('serving')
  await expect.poll(() => connections.filter(({ closed, destroyed }) => !closed && !destroyed).length).toBe(1)
  expect(connections.length).toBeGreaterThan(1)
})

test('where it is closed while it asks, it opens no other connection', async () => {
  const { address, connections } = await inTurn(SERVING)
  const probe = probing(address)
  await probe.ask()
  const asked = probe.ask()
  probe.close()
  await asked
  await probeApp(address, 50) // whatever was opened before it has arrived by now

  expect(connections).toHaveLength(2)
})

test('where the connection has gone silent, another one tells', async () => {
  const { address, connections } = await inTurn(SERVING)
  const probe = probing(address, 100)
  await probe.ask()

  expect(await probe.ask()).toBe('serving') // silent again, but it took the connection
  expect(connections).toHaveLength(2)
  servers[0]?.close()
  expect(await probe.ask()).toBe('unreachable')
})
