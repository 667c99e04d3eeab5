import { connect } from 'node:http2'
import { systemClock } from '@spillway/clock'
import { expect, test, vi } from 'vitest'
import { breaker } from './fake-source.fixture.ts'
import { InspectorBench } from './inspector-bench.fixture.ts'
import { inspectorRpcs } from './schema.ts'

/** Reads one gRPC message after the other out of the octets of a response; returns what the last says of a breaker's calls. */
function lastCalls(octets: Buffer): number | undefined {
  let calls: number | undefined
  for (let at = 0; at + 5 <= octets.length;) {
    const end = at + 5 + octets.readUInt32BE(at + 1)
    if (end > octets.length) break
    const reply = inspectorRpcs.watchBreakers.responseDeserialize(octets.subarray(at + 5, end))
    calls = reply.breakers.find(({ name }) => name === breaker().name)?.calls ?? calls
    at = end
  }
  return calls
}

test('makes no replies that a slow reader cannot take, and then sends the latest', async () => {
  await using bench = await InspectorBench.start()
  const asked = vi.spyOn(bench.source, 'breakers')
  const session = connect(`http://${bench.inspector.address}`)
  const call = session.request({
    ':method': 'POST',
    ':path': inspectorRpcs.watchBreakers.path,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  call.end(Buffer.alloc(5))
  await vi.waitFor(() => expect(bench.inspector.watchers).toBe(1))

  const changes = 200
  for (let index = 1; index <= changes; index++) {
    bench.source.set(breaker({ calls: index, fallbackRules: ['x'.repeat(20_000)] }))
    await new Promise<void>((resolve) => systemClock.schedule(1, resolve))
  }
  expect(asked.mock.calls.length).toBeLessThan(20)

  let octets = Buffer.alloc(0)
  call.on('data', (chunk: Buffer) => {
    octets = Buffer.concat([octets, chunk])
  })
  await vi.waitFor(() => expect(lastCalls(octets)).toBe(changes))
  call.close()
  await bench.idle()
  session.destroy()
})
