import { Call, PriorityClass, defaultCallFacts } from '@spillway/call'
import { expect, test } from 'vitest'
import { ClassFields } from './class-fields.ts'

const waiter = { decided: (): void => expect.unreachable() }

function aCall(tenant: string, rank: PriorityClass = PriorityClass.critical): Call {
  return new Call({ ...defaultCallFacts, rank, cohort: 3, tenant }, waiter)
}

function told(call: Call): string[] {
  return new ClassFields().of(call).fields.map(({ name, value }) => `${name}: ${value}`)
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

test('calls that say the same share the list, whatever number of tenants came between', () => {
  const classFields = new ClassFields()
  expect(classFields.of(aCall('acme'))).toBe(classFields.of(aCall('acme')))
  for (let index = 0; index < 3_000; index++) classFields.of(aCall(`t${index}`))
  expect(classFields.of(aCall('acme')).get('spillway-tenant')).toBe('acme')
})

test('a tenant whose calls differ in class says each as it is', () => {
  const classFields = new ClassFields()
  for (const rank of [PriorityClass.critical, PriorityClass.batch, PriorityClass.critical]) {
    const name = rank === PriorityClass.critical ? 'critical.3' : 'batch.3'
    expect(classFields.of(aCall('acme', rank)).get('spillway-class')).toBe(name)
  }
})
