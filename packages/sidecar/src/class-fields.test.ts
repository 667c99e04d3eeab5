import { Call, PriorityClass, defaultCallFacts } from '@spillway/call'
import { expect, test } from 'vitest'
import { ClassFields } from './class-fields.ts'

const waiter = { decided: (): void => expect.unreachable() }

function aCall(tenant: string, rank: PriorityClass = PriorityClass.critical): Call {
  return new Call({ ...defaultCallFacts, rank, cohort: 3, tenant }, waiter)
}

function told(call: Call): string[] {
  const lists = new ClassFields().of(call)
  return lists.flatMap(({ fields }) => fields.map(({ name, value }) => `${name}: ${value}`))
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

test('calls that say the same share the lists, whatever number of tenants came between', () => {
  const classFields = new ClassFields()
  expect(classFields.of(aCall('acme'))[1]).toBe(classFields.of(aCall('acme'))[1])
  for (let index = 0; index < 3_000; index++) classFields.of(aCall(`t${index}`))
  expect(classFields.of(aCall('acme'))[1]?.get('spillway-tenant')).toBe('acme')
})
