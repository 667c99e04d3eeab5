import { jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { NatsServer, natsVersions } from '@spillway/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectBus } from './connect.ts'
import { LeaderKey } from './leader-key.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe.each(natsVersions())('a leader key on nats-server $version', ({ binary }) => {
  if (!binary) return test.skip('no such server here')
  let server: NatsServer
  let connection: NatsConnection
  const faults: unknown[] = []
  const keyOf = (bucket: string, ttlMs = 60_000): LeaderKey =>
    new LeaderKey({ bucket, ttlMs, timeoutMs: 400 }, connection, (error) => faults.push(error))

  beforeAll(async () => {
    server = await NatsServer.start({ binary })
    connection = await connectBus({ servers: [server.url], name: 'candidate' })
  })
  afterAll(async () => {
    await connection.close()
    await server.close()
  })

  test('goes to whoever creates it first; the other is told its revision', async () => {
    const one = await keyOf('first').ask({ kind: 'create', entry: { incarnation: 'one', epoch: 0 } })
    const other = await keyOf('first').ask({ kind: 'create', entry: { incarnation: 'other', epoch: 0 } })

    expect(one).toEqual({ kind: 'written', revision: 1 })
    expect(other).toEqual({ kind: 'refused', revision: 1 })
  })

  test('is updated only at the revision that was named', async () => {
    const key = keyOf('update')
    await key.ask({ kind: 'create', entry: { incarnation: 'one', epoch: 0 } })
    const right = await key.ask({ kind: 'update', ifRevision: 1, entry: { incarnation: 'one', epoch: 2 } })
    const late = await key.ask({ kind: 'update', ifRevision: 1, entry: { incarnation: 'late', epoch: 9 } })

    expect(right).toEqual({ kind: 'written', revision: 2 })
    expect(late).toEqual({ kind: 'refused', revision: 2 })
    expect(await key.ask({ kind: 'read' })).toEqual({
      kind: 'found',
      revision: 2,
      entry: { incarnation: 'one', epoch: 2 },
    })
  })

  test('expires when nobody renews it, and revisions go on counting', async () => {
    const key = keyOf('expiry', 600)
    await key.ask({ kind: 'create', entry: { incarnation: 'one', epoch: 0 } })
    await expect
      .poll(() => key.ask({ kind: 'create', entry: { incarnation: 'two', epoch: 0 } }), { timeout: 5_000 })
      .toEqual({ kind: 'written', revision: 2 })
  })

  test('answers unknown once when its bucket vanished, and makes a new one', async () => {
    const key = keyOf('vanished')
    await key.ask({ kind: 'create', entry: { incarnation: 'one', epoch: 0 } })
    const manager = await jetstreamManager(connection)
    await manager.streams.delete('KV_vanished')

    const lost = await key.ask({ kind: 'update', ifRevision: 1, entry: { incarnation: 'one', epoch: 1 } })
    const fresh = await key.ask({ kind: 'create', entry: { incarnation: 'one', epoch: 0 } })

    expect(lost).toEqual({ kind: 'unknown' })
    expect(fresh).toEqual({ kind: 'written', revision: 1 })
  })

  test('is not used when the stored bucket has another time to live than was asked for', async () => {
    await keyOf('mismatch', 60_000).ask({ kind: 'read' })
    faults.length = 0

    expect(await keyOf('mismatch', 10_000).ask({ kind: 'create', entry: { incarnation: 'x', epoch: 0 } })).toEqual({
      kind: 'unknown',
    })
    expect(String(faults[0])).toMatch(/ttl|mismatch|name already in use/i)
  })

  test('answers unknown in time while the server is frozen, and serves again afterwards', async () => {
    const key = keyOf('frozen')
    await key.ask({ kind: 'create', entry: { incarnation: 'one', epoch: 0 } })
    server.pause()
    const startMs = performance.now()
    const answer = await key.ask({ kind: 'update', ifRevision: 1, entry: { incarnation: 'one', epoch: 1 } })
    const tookMs = performance.now() - startMs
    server.resume()

    expect(answer).toEqual({ kind: 'unknown' })
    expect(tookMs).toBeLessThan(1_000)
    await pause(100)
    const found = await key.ask({ kind: 'read' })
    expect(found.kind === 'found' && found.entry?.incarnation).toBe('one')
  })

  test('keeps what was written when the server is killed and comes back', async () => {
    const key = keyOf('killed')
    await key.ask({ kind: 'create', entry: { incarnation: 'one', epoch: 0 } })
    await pause(200)
    await server.kill()
    expect(await key.ask({ kind: 'read' })).toEqual({ kind: 'unknown' })
    await server.restart()

    await expect
      .poll(() => key.ask({ kind: 'read' }), { timeout: 10_000 })
      .toMatchObject({ kind: 'found', entry: { incarnation: 'one' } })
  })
})
