import { status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { Held, Scene } from './scene.ts'
import { detailsOf } from './status-details.ts'

const answering = async (method: string): Promise<{ note: string }> => ({ note: method })
const failing = async (): Promise<never> => {
  throw Object.assign(new Error('broken'), { code: status.INTERNAL })
}
const TWO_SEATS = { limit: 2, max_queued_calls: 1 }

test('a spent budget is RESOURCE_EXHAUSTED with QuotaFailure and the time to the next token', async () => {
  await using scene = await Scene.set(answering, { budgets: { charges: { rate: 0.1, burst: 2 } } })
  await scene.caller.call('Charge')
  const refused = await scene.caller.call('Charge')

  expect(refused).toMatchObject({ code: status.RESOURCE_EXHAUSTED, details: 'rate budget is spent', note: undefined })
  const pushbackMs = Number(refused.trailers.get('grpc-retry-pushback-ms'))
  expect(pushbackMs).toBeGreaterThan(0)
  expect(pushbackMs).toBeLessThanOrEqual(10_000)
  expect(refused.trailers.get('spillway-origin')).toBe('stock')
  const details = detailsOf(refused.trailers.get('grpc-status-details-bin'))
  expect(details).toEqual({
    ErrorInfo: {
      reason: 'BUDGET_EXHAUSTED',
      domain: 'spillway',
      metadata: { service: 'stock', method: '/stock.v1.Stock/Charge', budget: 'charges' },
    },
    RetryInfo: { retry_delay: { seconds: Math.floor(pushbackMs / 1_000), nanos: (pushbackMs % 1_000) * 1_000_000 } },
    QuotaFailure: { violations: [{ subject: 'budget:charges', description: 'rate budget is spent' }] },
  })
})

test('a sheddable call is shed with pushback -1, and the details say its class, the limit and the queue', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work, { admission: { ...TWO_SEATS, max_queued_calls: 0 } })
  const running = [scene.caller.call('Reserve'), scene.caller.call('Reserve')]
  await held.arrived(2)
  const refused = await scene.caller.call('Guess')

  expect(refused).toMatchObject({ code: status.RESOURCE_EXHAUSTED, details: 'shed under overload' })
  expect(refused.trailers.get('grpc-retry-pushback-ms')).toBe('-1')
  expect(detailsOf(refused.trailers.get('grpc-status-details-bin'))).toEqual({
    ErrorInfo: {
      reason: 'SHED_OVERLOAD',
      domain: 'spillway',
      metadata: {
        service: 'stock',
        method: '/stock.v1.Stock/Guess',
        class: 'sheddable',
        limit: '2',
        queued: '0',
      },
    },
  })
  held.release()
  held.release()
  await Promise.all(running)
})

test('the status of a shed call can be configured', async () => {
  const held = new Held()
  const admission = { limit: 1, max_queued_calls: 0, shed_status: 'UNAVAILABLE' }
  await using scene = await Scene.set(held.work, { admission })
  const running = scene.caller.call('Reserve')
  await held.arrived(1)

  expect((await scene.caller.call('Guess')).code).toBe(status.UNAVAILABLE)
  held.release()
  await running
})

test('a call that waits too long is QUEUE_TIMEOUT with a pushback', async () => {
  const held = new Held()
  const admission = { limit: 1, max_wait: { standard: '20ms' } }
  await using scene = await Scene.set(held.work, { admission })
  const running = scene.caller.call('Reserve')
  await held.arrived(1)
  const refused = await scene.caller.call('Charge')

  expect(refused).toMatchObject({ code: status.RESOURCE_EXHAUSTED, details: 'waited too long in the queue' })
  expect(Number(refused.trailers.get('grpc-retry-pushback-ms'))).toBeGreaterThan(0)
  const details = detailsOf(refused.trailers.get('grpc-status-details-bin'))
  expect(details['ErrorInfo']).toMatchObject({ reason: 'QUEUE_TIMEOUT' })
  held.release()
  await running
})

test('an open breaker without a rule is UNAVAILABLE with the time to the next probe', async () => {
  const policy = { methods: { 'stock.v1.Stock/Reserve': { breaker: { min_calls: 4, open: '30s' } } } }
  await using scene = await Scene.set(failing, { policy })
  for (let index = 0; index < 4; index++) await scene.caller.call('Reserve')
  const refused = await scene.caller.call('Reserve')

  expect(refused).toMatchObject({ code: status.UNAVAILABLE, details: 'the circuit breaker is open' })
  const pushbackMs = Number(refused.trailers.get('grpc-retry-pushback-ms'))
  expect(pushbackMs).toBeGreaterThan(10_000)
  expect(pushbackMs).toBeLessThanOrEqual(36_010)
  const details = detailsOf(refused.trailers.get('grpc-status-details-bin'))
  expect(details['ErrorInfo']).toMatchObject({ reason: 'BREAKER_OPEN' })
  expect(scene.app.calls).toHaveLength(4)
})

test('an app that is not there is UNAVAILABLE with a jittered pushback', async () => {
  await using scene = await Scene.set(answering)
  scene.app.close()
  const refused = await scene.caller.call('Reserve')

  expect(refused).toMatchObject({ code: status.UNAVAILABLE, details: 'the upstream cannot be reached' })
  const pushbackMs = Number(refused.trailers.get('grpc-retry-pushback-ms'))
  expect(pushbackMs).toBeGreaterThanOrEqual(500)
  expect(pushbackMs).toBeLessThanOrEqual(1_510)
  const details = detailsOf(refused.trailers.get('grpc-status-details-bin'))
  expect(details['ErrorInfo']).toMatchObject({ reason: 'UPSTREAM_UNREACHABLE', metadata: { upstream: 'app' } })
})

const RETRYING = {
  'grpc.enable_retries': 1,
  'grpc.service_config': JSON.stringify({
    methodConfig: [
      {
        name: [{ service: 'stock.v1.Stock' }],
        retryPolicy: {
          maxAttempts: 3,
          initialBackoff: '0.01s',
          maxBackoff: '0.01s',
          backoffMultiplier: 1,
          retryableStatusCodes: ['RESOURCE_EXHAUSTED', 'UNAVAILABLE'],
        },
      },
    ],
  }),
}

test("grpc-js's own retries wait as long as the pushback says, and then succeed", async () => {
  await using scene = await Scene.set(answering, { budgets: { charges: { rate: 1, burst: 2 } } }, RETRYING)
  await scene.caller.call('Charge')
  const startedMs = performance.now()
  const retried = await scene.caller.call('Charge')

  expect(retried.code).toBe(status.OK)
  expect(performance.now() - startedMs).toBeGreaterThan(50)
  expect(scene.app.calls).toHaveLength(2)
})

test("grpc-js's own retries do not retry a call that was shed for good", async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work, { admission: { limit: 1, max_queued_calls: 0 } }, RETRYING)
  const running = scene.caller.call('Reserve')
  await held.arrived(1)
  await scene.caller.call('Guess')
  held.release()
  await running

  expect(scene.events.filter((event) => event === 'ResourceExhausted')).toHaveLength(1)
})

test('strict mode refuses a class that the peer may not claim', async () => {
  await using scene = await Scene.set(answering, { trust: { strict: true } })
  const refused = await scene.caller.call('Guess', {}, { 'spillway-class': 'critical.0' })

  expect(refused).toMatchObject({ code: status.PERMISSION_DENIED })
  expect(refused.trailers.get('grpc-retry-pushback-ms')).toBe('-1')
  const details = detailsOf(refused.trailers.get('grpc-status-details-bin'))
  expect(details['ErrorInfo']).toMatchObject({ reason: 'PRIORITY_NOT_ALLOWED' })
})

test('a deadline that has passed while a call waited is DEADLINE_EXCEEDED', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work, { admission: { limit: 1, max_wait: { critical: '5s' } } })
  const running = scene.caller.call('Reserve')
  await held.arrived(1)
  const refused = await scene.caller.call('Reserve', {}, {}, 100)

  expect(refused.code).toBe(status.DEADLINE_EXCEEDED)
  held.release()
  await running
  expect(scene.app.calls).toHaveLength(1)
})
