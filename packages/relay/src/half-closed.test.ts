import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { DEAF_LISTENER, field, fieldList, type Http2Stream } from '@spillway/http2'
import { afterEach, expect, test } from 'vitest'
import { createRelayResources } from './resources.ts'
import type { StreamSeeker } from './upstream.ts'
import { UpstreamGroup } from './upstream-group.ts'

const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

const EMPTY_SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
const REQUEST = [fieldList([field(':method', 'POST'), field(':scheme', 'http'), field(':path', '/a/b')])]

/** Sends a request as soon as it has a stream; `reset` resolves with whether it is proven that nobody did anything for it. */
function seeker(): StreamSeeker & { readonly found: (stream: Http2Stream) => void; readonly end: Promise<boolean> } {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  return {
    ...DEAF_LISTENER,
    end: promise,
    found: (stream) => stream.sendHeaders(REQUEST, true),
    unreachable: () => expect.unreachable(),
    reset: (_code, _by, isUnprocessed) => resolve(isUnprocessed),
  }
}

test('a call that comes when the server has ended its side was not processed, whatever is still on the way to it', async () => {
  const accepted = Promise.withResolvers<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.write(EMPTY_SETTINGS)
    accepted.resolve(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const [early, late] = [seeker(), seeker()]
  const group: UpstreamGroup = new UpstreamGroup(
    { name: 'app', endpoints: [{ address: `127.0.0.1:${port}`, priority: 0 }] },
    createRelayResources(),
    () => connect(port, '127.0.0.1').on('end', () => group.seek(late, undefined)),
  )
  group.seek(early, undefined)
  const socket = await accepted.promise
  stops.push(
    () => group.close(),
    () => socket.destroy(),
    () => server.close(),
  )
  await once(
    socket.on('error', () => undefined),
    'data',
  )

  socket.end()

  expect(await early.end).toBe(false)
  expect(await late.end).toBe(true)
})
