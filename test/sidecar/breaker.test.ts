import { status } from '@grpc/grpc-js'
import { Status } from '@spillway/call'
import type { BreakerView } from '@spillway/inspect'
import { InspectorClient } from '@spillway/inspect/client'
import { expect, test } from 'vitest'
import { Scene, StockCaller, type Receipt, type Work } from './scene.ts'

/** What the app does with `Reserve`, call by call, as the test says. */
class Patient {
  /** The status of the next answers; `hang` never answers. */
  next: number | 'hang' = Status.OK
  readonly work: Work = async (method) => {
    if (this.next === 'hang') return await new Promise<Receipt>(() => undefined)
    if (this.next !== Status.OK) throw Object.assign(new Error('sick'), { code: this.next })
    return { note: method }
  }
}

async function scene(patient: Patient, breaker: Record<string, unknown>): Promise<Scene> {
  const policy = { methods: { 'stock.v1.Stock/Reserve': { breaker: { window: '60s', ...breaker } } } }
  return await Scene.set(patient.work, { policy, trust: { inbound_loopback: true } })
}

/** So many calls, one after the other, that the app answers like this; returns what callers saw. */
async function calls(on: Scene, patient: Patient, count: number, code: number): Promise<Set<number>> {
  patient.next = code
  const seen = new Set<number>()
  for (let index = 0; index < count; index++) seen.add((await on.caller.call('Reserve')).code)
  return seen
}

async function breakerOf(on: Scene): Promise<BreakerView | undefined> {
  const inspector = new InspectorClient({ address: on.sidecar.addresses.inspect })
  const breakers = await inspector.listBreakers()
  inspector.close()
  return breakers.find(({ method }) => method.endsWith('/Reserve'))
}

test('5.0 % of faults keep it closed', async () => {
  const patient = new Patient()
  await using on = await scene(patient, { min_calls: 100 })
  await calls(on, patient, 95, status.OK)
  await calls(on, patient, 5, status.INTERNAL)

  expect(await breakerOf(on)).toMatchObject({ state: 'closed', calls: 100, failures: 5 })
})

test('5.1 % open it', async () => {
  const patient = new Patient()
  await using on = await scene(patient, { min_calls: 1_000, open: '60s' })
  await calls(on, patient, 949, status.OK)
  await calls(on, patient, 50, status.INTERNAL)
  expect(await breakerOf(on)).toMatchObject({ state: 'closed', calls: 999 })
  await calls(on, patient, 1, status.INTERNAL)

  expect(await breakerOf(on)).toMatchObject({ state: 'open' })
  expect(await calls(on, patient, 1, status.OK)).toEqual(new Set([status.UNAVAILABLE]))
  expect(on.app.calls).toHaveLength(1_000)
})

test('19 of 19 faults keep it closed, the twentieth opens it', async () => {
  const patient = new Patient()
  await using on = await scene(patient, {})
  await calls(on, patient, 19, status.INTERNAL)
  expect(await breakerOf(on)).toMatchObject({ state: 'closed', calls: 19, failures: 19 })
  await calls(on, patient, 1, status.INTERNAL)

  expect(await breakerOf(on)).toMatchObject({ state: 'open' })
})

test('refusals for overload alone, and bad arguments, never open it', async () => {
  const patient = new Patient()
  await using on = await scene(patient, { min_calls: 10 })
  await calls(on, patient, 60, status.RESOURCE_EXHAUSTED)
  await calls(on, patient, 60, status.INVALID_ARGUMENT)

  expect(await breakerOf(on)).toMatchObject({ state: 'closed', failures: 0 })
  expect(on.app.calls).toHaveLength(120)
})

/** Calls until one is served; fails after five seconds. */
async function served(on: Scene, patient: Patient): Promise<void> {
  const endMs = performance.now() + 5_000
  while (!(await calls(on, patient, 1, status.OK)).has(status.OK)) expect(performance.now()).toBeLessThan(endMs)
}

test('it recovers once the app is well again', async () => {
  const patient = new Patient()
  await using on = await scene(patient, { min_calls: 4, open: '50ms', max_open: '100ms', probes: 2 })
  await calls(on, patient, 4, status.INTERNAL)
  // It may have been open for long enough by the time that the inspector answers.
  expect(['open', 'half_open']).toContain((await breakerOf(on))?.state)
  await served(on, patient)
  while ((await breakerOf(on))?.state !== 'closed') await served(on, patient)

  expect(on.events).toEqual(expect.arrayContaining(['BreakerOpened', 'BreakerHalfOpened', 'BreakerClosed']))
})

test('a probe that hangs does not wedge it', async () => {
  const patient = new Patient()
  await using on = await scene(patient, { min_calls: 4, open: '50ms', max_open: '100ms', probes: 1 })
  await calls(on, patient, 4, status.INTERNAL)
  patient.next = 'hang'
  const caller = new StockCaller(on.sidecar.addresses.inbound)
  const taken = on.app.calls.length
  while (on.app.calls.length === taken) await caller.call('Reserve', {}, {}, 150)

  await served(on, patient)
  while ((await breakerOf(on))?.state !== 'closed') await served(on, patient)
  caller.close()
})
