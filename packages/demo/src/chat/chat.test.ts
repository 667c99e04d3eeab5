import { Client, Metadata, Server, ServerCredentials, credentials, status, type ServiceError } from '@grpc/grpc-js'
import { ManualClock } from '@spillway/clock'
import { afterEach, expect, test, vi } from 'vitest'
import { DEMO_CLASSES, type DemoClass } from '../load/demo-class.ts'
import type { Fate } from '../load/finished-call.ts'
import { ServiceModel } from '../service/service-model.ts'
import { fateOfError, ruleOf } from './answer-fate.ts'
import { ChatCallers } from './chat-callers.ts'
import { startChatServer } from './chat-server.ts'
import { FaultInjection } from './fault-injection.ts'

const cleanUp: (() => void)[] = []
afterEach(() => cleanUp.splice(0).forEach((undo) => undo()))

async function start({ slots = 1, queue = 0 } = {}) {
  const clock = new ManualClock()
  const faults = new FaultInjection({ next: () => 0.4 })
  const server = await startChatServer(new ServiceModel(clock, { slots, queue }, () => 100), faults)
  const callers = new ChatCallers(`127.0.0.1:${server.port}`)
  cleanUp.push(
    () => server.stop(),
    () => callers.close(),
  )
  const call = (name: DemoClass, timeoutMs = 5_000): Promise<[Fate, string]> =>
    new Promise((resolve) => callers.send(name, timeoutMs, (fate, rule) => resolve([fate, rule])))
  /** Lets the service's time pass until the call is over. */
  const finish = async (calls: Promise<[Fate, string]>[]): Promise<Fate[]> => {
    const ticking = setInterval(() => clock.advance(50), 1)
    const fates = await Promise.all(calls)
    clearInterval(ticking)
    return fates.map(([fate]) => fate)
  }
  return { server, faults, call, finish }
}

test('answers within its capacity and is busy beyond it', async () => {
  const { call, finish } = await start({ slots: 1, queue: 0 })
  const calls = DEMO_CLASSES.map((name) => call(name))
  let settled = 0
  for (const each of calls) void each.then(() => settled++)
  await vi.waitFor(() => expect(settled).toBe(2))

  const fates = await finish(calls)

  expect(fates.toSorted()).toEqual(['busy', 'busy', 'ok'])
})

test('faults strike the large model alone, at their share, until it is healed', async () => {
  const { call, finish, faults } = await start({ slots: 8 })
  faults.set(0.5)
  expect(await finish([call('critical'), call('standard'), call('sheddable')])).toEqual(['failed', 'failed', 'ok'])
  faults.set(0.3)
  expect(await finish([call('critical')])).toEqual(['ok'])
})

test('a call that is not answered in time is late', async () => {
  const { call } = await start()

  expect(await call('critical', 30)).toEqual(['deadline', ''])
})

test('tells health checkers that it serves', async () => {
  const { server } = await start()
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure())
  cleanUp.push(() => client.close())
  const raw = (bytes: Buffer): Buffer => bytes

  const reply = await new Promise((resolve) => {
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', raw, raw, Buffer.alloc(0), (_error, bytes) =>
      resolve(bytes),
    )
  })

  expect(reply).toEqual(Buffer.from([8, 1]))
})

test('an answer marked by a fallback rule is a degraded one', async () => {
  const server = new Server()
  const headers = new Metadata()
  headers.set('spillway-fallback', 'rule=shorter; reason=breaker_open')
  const raw = (bytes: Buffer): Buffer => bytes
  const rpc = {
    path: '/chat.v1.Chat/Generate',
    requestStream: false,
    responseStream: false,
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  }
  server.addService(
    { Generate: rpc },
    {
      Generate: (call: { sendMetadata(sent: Metadata): void }, answer: (error: null, reply: Buffer) => void) => {
        call.sendMetadata(headers)
        answer(null, Buffer.alloc(0))
      },
    },
  )
  const port = await new Promise<number>((resolve) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_error, bound) => resolve(bound))
  })
  const callers = new ChatCallers(`127.0.0.1:${port}`)
  cleanUp.push(
    () => callers.close(),
    () => server.forceShutdown(),
  )

  const ended = await new Promise((resolve) => callers.send('critical', 5_000, (...how) => resolve(how)))

  expect(ended).toEqual(['degraded', 'shorter'])
})

test('a refusal of the sidecar is told from a busy service by its mark', () => {
  const error = (code: status, origin: string): ServiceError => {
    const metadata = new Metadata()
    if (origin !== '') metadata.set('spillway-origin', origin)
    return Object.assign(new Error('x'), { code, details: '', metadata })
  }

  expect(fateOfError(error(status.RESOURCE_EXHAUSTED, ''))).toBe('busy')
  expect(fateOfError(error(status.RESOURCE_EXHAUSTED, 'sidecar'))).toBe('refused')
  expect(fateOfError(error(status.UNAVAILABLE, 'sidecar'))).toBe('refused')
  expect(fateOfError(error(status.DEADLINE_EXCEEDED, 'sidecar'))).toBe('deadline')
  expect(fateOfError(error(status.INTERNAL, ''))).toBe('failed')
})

test('a mark without a name is a mark all the same', () => {
  const headers = new Metadata()
  expect(ruleOf(headers)).toBeUndefined()
  headers.set('spillway-fallback', 'reason=shed')
  expect(ruleOf(headers)).toBe('unnamed')
})
