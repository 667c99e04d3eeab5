import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { systemClock } from '@spillway/clock'
import { expect, test, vi } from 'vitest'
import { leaveDeadSocket } from './dead-socket.fixture.ts'
import { FakeSource, STATS, TAPPED, breaker } from './fake-source.fixture.ts'
import { InspectorBench, nextOf, privateFolder } from './inspector-bench.fixture.ts'
import { InspectorClient } from './inspector-client.ts'
import { startInspector } from './inspector.ts'
import { inspectorFolder, inspectorSocketPath } from './socket-path.ts'

const NAME = 'app/chat.v1.Chat/Generate'

test('lists breakers by name, without history, and shows one with it', async () => {
  await using bench = await InspectorBench.start()
  const transition = { atMs: 1_767_323_045_123.5, from: 'closed', to: 'open', reason: '7 % of 40' } as const
  const open = breaker({ state: 'open', nextProbeMs: 0, lastTransition: transition, history: [transition] })
  bench.source.set(open)

  const list = await bench.tcp.listBreakers()
  expect(list).toEqual([{ ...open, history: [] }, breaker({ name: 'risk/bank.v1.Risk/Score', upstream: 'risk' })])
  expect(await bench.tcp.getBreaker(NAME)).toEqual(open)
})

test('names the nearest breakers when there is none of that name', async () => {
  await using bench = await InspectorBench.start()

  await expect(bench.tcp.getBreaker('app/chat.v1.Chat/Genrate')).rejects.toMatchObject({
    name: 'InspectorError',
    code: 'NOT_FOUND',
    message: `no breaker "app/chat.v1.Chat/Genrate"; nearest: ${NAME}, risk/bank.v1.Risk/Score`,
  })
  bench.source.rows = []
  await expect(bench.tcp.getBreaker('x')).rejects.toThrow('no breaker "x"; there are none')
})

test('streams a snapshot of the breakers, then what changes and what goes', async () => {
  await using bench = await InspectorBench.start()
  const stream = bench.tcp.watchBreakers([], { intervalMs: 60_000 })
  const first = await nextOf(stream)
  expect(first.isSnapshot).toBe(true)
  expect(first.breakers).toHaveLength(2)

  const open = breaker({ state: 'open' })
  bench.source.set(open)
  expect(await nextOf(stream)).toEqual({ isSnapshot: false, breakers: [open], removed: [] })

  bench.source.rows = bench.source.rows.filter(({ name }) => name === NAME)
  bench.source.set(open)
  expect(await nextOf(stream)).toEqual({ isSnapshot: false, breakers: [], removed: ['risk/bank.v1.Risk/Score'] })
})

test('streams moving numbers at the interval, of the breakers asked for', async () => {
  await using bench = await InspectorBench.start()
  const stream = bench.tcp.watchBreakers([NAME], { intervalMs: 100 })
  expect((await nextOf(stream)).breakers.map(({ name }) => name)).toEqual([NAME])

  bench.source.rows = [breaker({ calls: 41 }), breaker({ name: 'other' })]
  expect((await nextOf(stream)).breakers).toEqual([breaker({ calls: 41 })])
})

test('streams methods and listeners at the interval', async () => {
  await using bench = await InspectorBench.start()
  const stream = bench.tcp.watchMethods('*Chat/*', { intervalMs: 100 })

  const first = await nextOf(stream)
  const second = await nextOf(stream)

  expect(first.methods).toEqual([STATS])
  expect(first.listeners).toEqual(bench.source.listeners())
  expect(second.atMs - first.atMs).toBeGreaterThan(90)
})

test('lists the policies in force with their origin', async () => {
  await using bench = await InspectorBench.start()

  expect(await bench.tcp.listMethods()).toEqual(bench.source.methods())
  expect(await bench.tcp.listMethods('*Risk*')).toEqual([{ path: '/bank.v1.Risk/Score', values: [] }])
})

test('lists and streams budgets', async () => {
  await using bench = await InspectorBench.start()

  expect(await bench.tcp.listBudgets()).toEqual(bench.source.budgets())
  const stream = bench.tcp.watchBudgets({ intervalMs: 100 })
  expect(await nextOf(stream)).toEqual(bench.source.budgets())
  expect(await nextOf(stream)).toEqual(bench.source.budgets())
})

test('taps calls in batches, with the filter as it was asked for', async () => {
  await using bench = await InspectorBench.start()
  const stream = bench.tcp.tap({ method: '*Chat*', classes: ['batch'], minTotalMs: 5, sample: 0.5, maxPerSecond: 10 })
  const pending = nextOf(stream)
  await vi.waitFor(() => expect(bench.source.taps).toHaveLength(1))
  const [tap] = bench.source.taps
  expect(tap?.filter).toEqual({
    method: '*Chat*',
    classes: ['batch'],
    decisions: [],
    minTotalMs: 5,
    sample: 0.5,
    maxPerSecond: 10,
  })

  tap?.events.push(TAPPED, { ...TAPPED, atMs: 5 })
  if (tap) tap.dropped = 3

  expect(await pending).toEqual({ events: [TAPPED, { ...TAPPED, atMs: 5 }], dropped: 3 })
  await stream.return(undefined)
  await vi.waitFor(() => expect(tap?.isClosed).toBe(true))
})

test('trips and resets over the unix socket, and audits it', async () => {
  await using bench = await InspectorBench.start()

  expect(await bench.client.tripBreaker(NAME, 'drill')).toMatchObject({
    state: 'open',
    history: [{ reason: 'drill', to: 'open' }],
  })
  expect(await bench.client.resetBreaker(NAME, '')).toMatchObject({ state: 'closed' })

  const by = `unix:${bench.inspector.socketPath}`
  expect(bench.source.audits).toEqual([
    { action: 'trip_breaker', target: NAME, by, isAllowed: true, reason: 'drill' },
    { action: 'reset_breaker', target: NAME, by, isAllowed: true, reason: '' },
  ])
})

test('denies writes over TCP, says where they go, and audits the attempt', async () => {
  await using bench = await InspectorBench.start()

  await expect(bench.tcp.tripBreaker(NAME, 'mischief')).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    message: `writes are accepted on the unix socket of the sidecar only (here ${bench.inspector.socketPath})`,
  })

  expect((await bench.tcp.getBreaker(NAME)).state).toBe('closed')
  expect(bench.source.audits).toMatchObject([{ target: NAME, isAllowed: false, reason: 'mischief' }])
  expect(bench.source.audits[0]?.by).toMatch(/^127\.0\.0\.1:\d+$/)
})

test.each([
  ['interval_ms', (client: InspectorClient) => nextOf(client.watchMethods('', { intervalMs: 99 }))],
  ['interval_ms', (client: InspectorClient) => nextOf(client.watchBudgets({ intervalMs: Number.NaN }))],
  ['name: missing', (client: InspectorClient) => client.tripBreaker('', 'drill')],
  ['reason: longer than 200', (client: InspectorClient) => client.tripBreaker(NAME, 'x'.repeat(201))],
  ['method: longer than 512', (client: InspectorClient) => client.listMethods('*'.repeat(513))],
  ['names: 101 names, at most 100', (client: InspectorClient) => nextOf(client.watchBreakers(Array(101).fill('x')))],
  ['classes: "urgent" is none of critical,', (client: InspectorClient) => nextOf(client.tap({ classes: ['urgent'] }))],
  ['decisions: "no" is none of forwarded,', (client: InspectorClient) => nextOf(client.tap({ decisions: ['no'] }))],
  ['sample: 2 is not between 0 and 1', (client: InspectorClient) => nextOf(client.tap({ sample: 2 }))],
  ['min_total_ms: -1 is negative', (client: InspectorClient) => nextOf(client.tap({ minTotalMs: -1 }))],
])('answers INVALID_ARGUMENT: %s', async (message, ask) => {
  await using bench = await InspectorBench.start()

  await expect(ask(bench.client)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(message) as string,
  })
  expect(bench.inspector.watchers).toBe(0)
})

test('leaves nothing behind when watchers go away, by return, by signal or by closing', async () => {
  await using bench = await InspectorBench.start()
  const stopper = new AbortController()
  const returned = bench.tcp.watchBreakers()
  const aborted = bench.tcp.watchMethods('', { signal: stopper.signal })
  const closed = bench.client.watchBreakers()
  await Promise.all([nextOf(returned), nextOf(aborted), nextOf(closed)])
  expect([bench.inspector.watchers, bench.source.breakerWatchers]).toEqual([3, 2])

  await returned.return(undefined)
  stopper.abort()
  expect(await aborted.next()).toMatchObject({ done: true })
  await closed.return(undefined)

  await bench.idle()
  expect(bench.source.breakerWatchers).toBe(0)
})

test('ends a stream whose source fails, and holds nothing for it', async () => {
  await using bench = await InspectorBench.start()
  const stream = bench.tcp.watchBudgets({ intervalMs: 100 })
  await nextOf(stream)
  vi.spyOn(bench.source, 'budgets').mockImplementation(() => {
    throw new Error('a bug')
  })

  await expect(nextOf(stream)).rejects.toMatchObject({ code: 'INTERNAL', message: 'the inspector failed' })
  await expect(bench.tcp.listBudgets()).rejects.toMatchObject({ code: 'INTERNAL' })
  expect(bench.inspector.watchers).toBe(0)
})

test('bounds the streams that are open', async () => {
  await using bench = await InspectorBench.start({ maxWatchers: 2 })
  const streams = [bench.tcp.watchBreakers(), bench.tcp.watchBudgets()]
  await Promise.all(streams.map((stream) => nextOf<unknown>(stream)))

  await expect(nextOf(bench.tcp.watchMethods())).rejects.toMatchObject({
    code: 'RESOURCE_EXHAUSTED',
    message: '2 streams are open, which is the most allowed',
  })

  await streams[0]?.return(undefined)
  await vi.waitFor(() => expect(bench.inspector.watchers).toBe(1))
  await nextOf(bench.tcp.watchMethods())
})

test('ends streams with UNAVAILABLE when it closes, and takes its socket away', async () => {
  await using bench = await InspectorBench.start()
  const stream = bench.tcp.watchBreakers()
  await nextOf(stream)
  const { socketPath = '' } = bench.inspector
  expect(existsSync(socketPath)).toBe(true)

  const ending = expect(nextOf(stream)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('the sidecar is shutting down') as string,
  })
  await bench.inspector.close()

  await ending
  expect(existsSync(socketPath)).toBe(false)
  expect(bench.source.breakerWatchers).toBe(0)
  await bench.inspector.close()
})

test('says that no sidecar is there', async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  const address = await new Promise<string>((resolve) => {
    probe.once('listening', () => {
      const bound = probe.address()
      resolve(`127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`)
    })
  })
  await new Promise((resolve) => probe.close(resolve))

  const client = new InspectorClient({ address })
  const message = `no sidecar listens at ${address}`
  await expect(client.listBreakers()).rejects.toThrow(message)
  await expect(nextOf(client.watchBreakers())).rejects.toThrow(message)
  client.close()
})

test('says in one line that its port is taken', async () => {
  await using bench = await InspectorBench.start()
  const { address } = bench.inspector

  await expect(startInspector({ address, source: new FakeSource(), clock: systemClock })).rejects.toThrow(
    `inspector cannot listen on ${address}: the port is taken`,
  )
})

test('keeps its socket to its owner', async () => {
  await using bench = await InspectorBench.start()
  const { socketPath = '' } = bench.inspector

  expect(statSync(socketPath).mode & 0o777).toBe(0o600)
  expect(statSync(dirname(socketPath)).mode & 0o777).toBe(0o700)
})

test('serves a unix socket alone', async () => {
  const path = inspectorSocketPath(privateFolder(), 1)
  await using bench = await InspectorBench.start({ address: `unix:${path}` })

  expect(bench.inspector.address).toBe(`unix:${path}`)
  expect((await bench.tcp.tripBreaker(NAME, 'drill')).state).toBe('open')
})

test('takes over the socket of a sidecar that died, never that of one that lives, nor a file', async () => {
  const folder = privateFolder()
  const path = join(folder, 'a.sock')
  const address = `unix:${path}`
  {
    await using bench = await InspectorBench.start({ address })
    expect(bench.inspector.socketPath).toBe(path)
    await expect(InspectorBench.start({ address })).rejects.toThrow(`${path}: another process listens there`)
    expect(await bench.tcp.listBudgets()).toHaveLength(1)
  }

  const another = inspectorSocketPath(folder, 1)
  for (const left of [path, another]) leaveDeadSocket(left)
  await using bench = await InspectorBench.start({ address })
  expect(await bench.tcp.listBudgets()).toHaveLength(1)
  expect(existsSync(another)).toBe(false)

  const file = join(folder, 'b.sock')
  writeFileSync(file, '')
  await expect(InspectorBench.start({ address: `unix:${file}` })).rejects.toThrow(`${file}: exists and is no socket`)
})

test('refuses a folder that others can enter, and a path that no socket can have', async () => {
  const folder = join(privateFolder(), 'open')
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  await expect(InspectorBench.start({ socketPath: (port) => inspectorSocketPath(folder, port) })).rejects.toThrow(
    `${folder}: open to other users (mode 755); make it 700 or name another`,
  )

  const long = `/tmp/${'x'.repeat(100)}.sock`
  await expect(InspectorBench.start({ address: `unix:${long}` })).rejects.toThrow('too long for a unix socket')
})

test('has one rule for where sockets are', () => {
  expect(inspectorFolder({ runtime: '/run/user/1000', temporary: '/tmp', uid: 1_000 })).toBe('/run/user/1000/spillway')
  expect(inspectorFolder({ runtime: undefined, temporary: '/tmp', uid: 1_000 })).toBe('/tmp/spillway-1000')
  expect(inspectorSocketPath('/tmp/spillway-1000', 7_053)).toBe('/tmp/spillway-1000/inspect-7053.sock')
})
