import { status } from '@grpc/grpc-js'
import { StartError } from '@spillway/sidecar'
import { expect, test } from 'vitest'
import { Held, Scene, sceneConfig, startSidecar, stockContract, type Work } from './scene.ts'

const working: Work = async (method) => ({ note: method })

async function get(scene: Scene, path: string, method = 'GET'): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://${scene.sidecar.addresses.web}${path}`, { method })
  return { status: response.status, text: await response.text() }
}

async function probes(scene: Scene): Promise<readonly number[]> {
  return await Promise.all(['/startup', '/ready', '/live'].map(async (path) => (await get(scene, path)).status))
}

test('probes follow the app and the drain; started stays started', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work)
  expect(await probes(scene)).toEqual([503, 503, 200])
  scene.sidecar.setServing(true)
  expect(await probes(scene)).toEqual([200, 200, 200])
  scene.sidecar.setServing(false)
  expect(await probes(scene)).toEqual([200, 503, 200])
  scene.sidecar.setServing(true)
  const running = scene.caller.call('Reserve')
  await held.arrived(1)
  const drained = scene.sidecar.drain()

  expect(await probes(scene)).toEqual([200, 503, 200])
  held.release()
  await drained
  await running
})

test('metrics tell calls, seats, queues, breakers, budgets and connections', async () => {
  await using scene = await Scene.set(working, { budgets: { charges: { rate: 0.1, burst: 2 } } })
  await scene.caller.call('Charge')
  await scene.caller.call('Charge')
  const { text } = await get(scene, '/metrics')

  expect(text).toMatch(/^spillway_requests_total\{.*method="\/stock\.v1\.Stock\/Charge".*decision="forwarded"\} 1$/m)
  expect(text).toContain('spillway_seats_limit{direction="inbound",upstream="app"} 100\n')
  expect(text).toContain('spillway_queue_length{direction="inbound",upstream="app",class="batch"} 0\n')
  expect(text).toMatch(/^spillway_breaker_state\{breaker="[^"]*Stock\/Charge",state="closed"\} 1$/m)
  expect(text).toContain('spillway_budget_calls_total{budget="charges",result="granted"} 1\n')
  expect(text).toContain('spillway_budget_calls_total{budget="charges",result="refused"} 1\n')
  expect(text).toContain('spillway_connections_total{of="inbound",side="downstream",change="opened"} 1\n')
  expect(text).toContain('spillway_connections_total{of="app",side="upstream",change="opened"} 1\n')
})

test('metrics and log tell of requests that rules could not read', async () => {
  await using scene = await Scene.set(working)
  await scene.caller.call('Look', { name: 'x'.repeat(70_000) })
  await scene.caller.raw('/stock.v1.Stock/Look', Buffer.from([0xff]))
  const { text } = await get(scene, '/metrics')

  expect(text).toContain('spillway_requests_unreadable_total{reason="too_large"} 1\n')
  expect(text).toContain('spillway_requests_unreadable_total{reason="malformed"} 1\n')
  expect(scene.events).toContain('RequestUnreadable')
})

test('metrics and log tell of a peer that has had its share of the top class', async () => {
  await using scene = await Scene.set(working, { trust: { top_share: { share: 0, allowance: 1 } } })
  await scene.caller.call('Look', { count: 500 })
  await scene.caller.call('Look', { count: 500 })

  expect((await get(scene, '/metrics')).text).toContain(
    'spillway_class_capped_total{asked="critical",given="standard"} 1\n',
  )
  expect(scene.events).toContain('ClassCapped')
})

test('claims of a class that nobody may make are counted, also over a reload', async () => {
  await using scene = await Scene.set(working)
  await scene.caller.call('Guess', {}, { 'spillway-class': 'critical.0' })
  const claims = 'spillway_classifier_total{result="claim_ignored"} 1\n'

  expect((await get(scene, '/metrics')).text).toContain(claims)
  scene.sidecar.reload(sceneConfig(scene.app.address), stockContract())
  expect((await get(scene, '/metrics')).text).toContain(claims)
})

test('a fallback rule that fails to evaluate is counted and logged with its name', async () => {
  const reply = 'stock.v1.Receipt{note: string(1 / (request.count - 1))}'
  const reserve = { breaker: { min_calls: 1 }, fallback: [{ name: 'divides', reply }] }
  const policy = { methods: { 'stock.v1.Stock/Reserve': reserve } }
  const failing: Work = async () => {
    throw Object.assign(new Error('broken'), { code: status.INTERNAL })
  }
  await using scene = await Scene.set(failing, { policy })
  for (let index = 0; index < 5; index++) await scene.caller.call('Reserve', { count: 1 })
  const { text } = await get(scene, '/metrics')

  expect(text).toMatch(
    /^spillway_fallback_rules_total\{method="\/stock\.v1\.Stock\/Reserve",rule="divides",result="failed"\} 4$/m,
  )
  expect(scene.events).toContain('RuleFailed')
})

test('what a gate in shadow mode would have done is counted', async () => {
  await using scene = await Scene.set(working, {
    mode: { budget: 'shadow' },
    budgets: { charges: { rate: 0.1, burst: 2 } },
  })
  for (let index = 0; index < 3; index++) await scene.caller.call('Charge')

  expect((await get(scene, '/metrics')).text).toMatch(
    /^spillway_shadow_verdicts_total\{direction="inbound",upstream="app",gate="budget",verdict="refuse"\} [12]$/m,
  )
})

test.each([
  ['/', 'GET', 404],
  ['/metrics', 'POST', 405],
  ['/ready?full', 'HEAD', 503],
])('%s with %s is answered %d', async (path, method, code) => {
  await using scene = await Scene.set(working)
  expect((await get(scene, path, method)).status).toBe(code)
})

test('a taken port is one line, and nothing stays bound', async () => {
  await using scene = await Scene.set(working)
  const port = Number(scene.sidecar.addresses.web.split(':')[1])
  const config = sceneConfig('127.0.0.1:1', { web: { port } })

  const error = await startSidecar(config).catch((thrown: unknown) => thrown)

  expect(error instanceof StartError ? error.problem : error).toEqual({
    severity: 'error',
    place: 'web.port',
    message: `127.0.0.1:${port} is taken by another process`,
    fix: 'stop what listens there, or choose another with --web-port',
  })
})

test('nothing answers any more once the sidecar is closed', async () => {
  await using scene = await Scene.set(working)
  await get(scene, '/live')
  await scene.sidecar.close()

  await expect(get(scene, '/live')).rejects.toThrow('fetch failed')
})
