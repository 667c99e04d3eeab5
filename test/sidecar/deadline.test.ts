import { connect, constants, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { Held, Scene } from './scene.ts'
import { detailsOf } from './status-details.ts'

const working = async (method: string): Promise<{ note: string }> => ({ note: method })

/** Opens a call on a connection of its own and sends the headers only. */
async function openCall(
  scene: Scene,
  method: string,
  headers: Record<string, string> = {},
): Promise<ClientHttp2Stream> {
  const session = connect(`http://${scene.sidecar.addresses.inbound}`)
  await once(session, 'connect')
  const stream = session.request(
    {
      ':method': 'POST',
      ':path': `/stock.v1.Stock/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    },
    { endStream: false },
  )
  stream.on('error', () => undefined)
  stream.on('close', () => session.destroy())
  return stream
}

async function answered(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders> {
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders]
  stream.close(constants.NGHTTP2_CANCEL)
  return headers
}

test.each([
  ["its caller's deadline", { 'grpc-timeout': '60m' }, {}],
  ['the timeout of its method', {}, { policy: { methods: { 'stock.v1.Stock/Look': { timeout: '60ms' } } } }],
  ['the maximum of the sidecar', {}, { inbound: { max_call: '60ms' } }],
  ['the time for first messages, without a deadline anywhere', {}, { inbound: { first_message_timeout: '60ms' } }],
])('a call whose request is read and never comes ends at %s', async (_what, headers, settings) => {
  await using scene = await Scene.set(working, settings)
  const startedMs = performance.now()
  const answer = await answered(await openCall(scene, 'Look', headers))

  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(50)
  expect(answer).toMatchObject({ 'grpc-status': '4', 'grpc-retry-pushback-ms': '-1', 'spillway-origin': 'stock' })
  const details = detailsOf(Buffer.from(String(answer['grpc-status-details-bin']), 'base64'))
  expect(details['ErrorInfo']).toMatchObject({ reason: 'DEADLINE_INFEASIBLE' })
  expect(scene.events).toContain('DeadlineInfeasible')
  expect(scene.app.calls).toEqual([])
})

test('the time for first messages cuts no call that has sent one, however long it lives', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work, { inbound: { first_message_timeout: '60ms' } })
  const long = await openCall(scene, 'Look')
  long.end(Buffer.alloc(5))
  await held.arrived(1)
  const silent = await openCall(scene, 'Look')

  expect(await answered(silent)).toMatchObject({ 'grpc-status': '4' })
  long.resume()
  held.release()
  const [trailers] = (await once(long, 'trailers')) as [IncomingHttpHeaders]
  expect(trailers).toMatchObject({ 'grpc-status': '0' })
})

test('a call that waits in the queue is answered when its deadline passes, while its caller still listens', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work, { admission: { limit: 1 } })
  const running = scene.caller.call('Reserve')
  await held.arrived(1)
  const waiting = await openCall(scene, 'Charge', { 'grpc-timeout': '80m' })
  waiting.end(Buffer.alloc(5))
  const startedMs = performance.now()
  const answer = await answered(waiting)

  expect(answer).toMatchObject({ 'grpc-status': '4', 'spillway-origin': 'stock' })
  expect(performance.now() - startedMs).toBeLessThan(1_000)
  held.release()
  await running
  expect(scene.app.calls).toEqual(['Reserve'])
})
