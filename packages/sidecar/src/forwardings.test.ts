import { Call, PriorityClass, defaultCallFacts } from '@spillway/call'
import { expect, test } from 'vitest'
import { Forwardings } from './forwardings.ts'

const waiter = { decided: (): void => expect.unreachable() }

function aCall(tenant: string, rank: PriorityClass = PriorityClass.critical): Call {
  return Call.of({ ...defaultCallFacts, rank, cohort: 3, tenant }, waiter)
}

function told(call: Call): string[] {
  return new Forwardings().of(call).added.fields.map(({ name, value }) => `${name}: ${value}`)
}

test('a call says its class twice, and its tenant', () => {
  expect(told(aCall('acme'))).toEqual([
    'spillway-class: critical.3',
    'baggage: spillway-class=critical.3',
    'spillway-tenant: acme',
  ])
})

test('a call without a tenant says none, a call of the system class nothing', () => {
  expect(told(aCall(''))).toHaveLength(2)
  expect(told(aCall('acme', PriorityClass.system))).toEqual([])
})

test('calls that say the same share the forwarding, whatever number of tenants came between', () => {
  const forwardings = new Forwardings()
  expect(forwardings.of(aCall('acme'))).toBe(forwardings.of(aCall('acme')))
  for (let index = 0; index < 3_000; index++) forwardings.of(aCall(`t${index}`))
  expect(forwardings.of(aCall('acme')).added.get('spillway-tenant')).toBe('acme')
})

test('a tenant whose calls differ in class says each as it is', () => {
  const forwardings = new Forwardings()
  for (const rank of [PriorityClass.critical, PriorityClass.batch, PriorityClass.critical]) {
    const name = rank === PriorityClass.critical ? 'critical.3' : 'batch.3'
    expect(forwardings.of(aCall('acme', rank)).added.get('spillway-class')).toBe(name)
  }
})
