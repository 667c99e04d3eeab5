import { CallTraits, PriorityClass, defaultCallFacts } from '@spillway/call'
import { expect, test } from 'vitest'
import { Forwardings } from './forwardings.ts'

function traits(tenant: string, rank: PriorityClass = PriorityClass.critical): CallTraits {
  return new CallTraits({ ...defaultCallFacts, rank, cohort: 3, tenant })
}

function told(call: CallTraits): string[] {
  return new Forwardings().of(call).added.fields.map(({ name, value }) => `${name}: ${value}`)
}

test('a call says its class twice, and its tenant', () => {
  expect(told(traits('acme'))).toEqual([
    'spillway-class: critical.3',
    'baggage: spillway-class=critical.3',
    'spillway-tenant: acme',
  ])
})

test('a call without a tenant says none, a call of the system class nothing', () => {
  expect(told(traits(''))).toHaveLength(2)
  expect(told(traits('acme', PriorityClass.system))).toEqual([])
})

test('calls that say the same share the forwarding, whatever number of tenants came between', () => {
  const forwardings = new Forwardings()
  expect(forwardings.of(traits('acme'))).toBe(forwardings.of(traits('acme')))
  for (let index = 0; index < 3_000; index++) forwardings.of(traits(`t${index}`))
  expect(forwardings.of(traits('acme')).added.get('spillway-tenant')).toBe('acme')
})

test('a tenant whose calls differ in class says each as it is', () => {
  const forwardings = new Forwardings()
  for (const rank of [PriorityClass.critical, PriorityClass.batch, PriorityClass.critical]) {
    const name = rank === PriorityClass.critical ? 'critical.3' : 'batch.3'
    expect(forwardings.of(traits('acme', rank)).added.get('spillway-class')).toBe(name)
  }
})
