import { Client, credentials } from '@grpc/grpc-js'
import { expect, test, vi } from 'vitest'
import { breaker } from './fake-source.fixture.ts'
import { InspectorBench } from './inspector-bench.fixture.ts'
import type { WatchBreakersReply } from './messages.ts'
import { inspectorRpcs } from './schema.ts'

test('makes no replies that a slow reader cannot take, and then sends the latest', async () => {
  await using bench = await InspectorBench.start()
  const large = 'x'.repeat(20_000)
  let made = 0
  vi.spyOn(bench.source, 'breakers').mockImplementation(() => {
    made++
    return bench.source.rows
  })
  const client = new Client(bench.inspector.address, credentials.createInsecure())
  const { path, requestSerialize, responseDeserialize } = inspectorRpcs.watchBreakers
  const request = { names: [], intervalMs: 60_000 }
  const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request)
  call.pause()
  await vi.waitFor(() => expect(bench.inspector.watchers).toBe(1))

  const changes = 1_000
  for (let index = 1; index <= changes; index++) {
    bench.source.set(breaker({ calls: index, fallbackRules: [large] }))
    if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  expect(made).toBeLessThan(changes / 2)

  const last = await new Promise<number>((resolve) => {
    call.on('data', (reply: WatchBreakersReply) => {
      const calls = reply.breakers.find(({ name }) => name === breaker().name)?.calls ?? 0
      if (calls === changes) resolve(calls)
    })
    call.on('error', () => {})
  })
  expect(last).toBe(changes)
  call.cancel()
  await bench.idle()
  client.close()
})
