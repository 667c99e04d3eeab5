import { expect, test, vi } from 'vitest'
import { InspectorBench, nextOf } from './inspector-bench.fixture.ts'
import { RpcChannel } from './rpc-channel.ts'
import { healthRpcs } from './schema.ts'

test('is not serving until told so, and says so to each check', async () => {
  await using bench = await InspectorBench.start()
  const channel = new RpcChannel(bench.inspector.address, 5_000)
  expect(await channel.call(healthRpcs.check, { service: '' })).toEqual({ status: 'NOT_SERVING' })

  bench.inspector.setHealth('', 'SERVING')
  expect(await channel.call(healthRpcs.check, { service: '' })).toEqual({ status: 'SERVING' })
  channel.close()
})

test('answers NOT_FOUND for a service that it does not know', async () => {
  await using bench = await InspectorBench.start()
  const channel = new RpcChannel(bench.inspector.address, 5_000)

  await expect(channel.call(healthRpcs.check, { service: 'chat.v1.Chat' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'no health status for service "chat.v1.Chat"',
  })
  channel.close()
})

test('streams the status now and each change of it, over both sockets', async () => {
  await using bench = await InspectorBench.start()
  for (const address of [bench.inspector.address, `unix:${bench.inspector.socketPath}`]) {
    const service = `of ${address}`
    const channel = new RpcChannel(address, 5_000)
    const stream = channel.stream(healthRpcs.watch, { service }, undefined)

    expect(await nextOf(stream)).toEqual({ status: 'SERVICE_UNKNOWN' })
    bench.inspector.setHealth(service, 'SERVING')
    expect(await nextOf(stream)).toEqual({ status: 'SERVING' })
    bench.inspector.setHealth('another', 'NOT_SERVING')
    bench.inspector.setHealth(service, 'NOT_SERVING')
    expect(await nextOf(stream)).toEqual({ status: 'NOT_SERVING' })

    await stream.return()
    await vi.waitFor(() => expect(bench.inspector.watchers).toBe(0))
    channel.close()
  }
})
