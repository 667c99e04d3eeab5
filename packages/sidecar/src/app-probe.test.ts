import { once } from 'node:events'
import {
  createServer as createHttp2Server,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { probeApp } from './app-probe.ts'

const PATIENT_MS = 10_000
const servers: (Server | Http2Server)[] = []

afterEach(() => {
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
  ['that is serving', [0, 0, 0, 0, 2, 8, 1], '0', 'serving'],
  ['that is not serving', [0, 0, 0, 0, 2, 8, 2], '0', 'not_serving'],
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
