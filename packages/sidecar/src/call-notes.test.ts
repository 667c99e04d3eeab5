import { CallTraits, PriorityClass, defaultCallFacts } from '@spillway/call'
import { expect, test } from 'vitest'
import { notesOn } from './call-notes.ts'

function traits(tenant: string, rank: PriorityClass = PriorityClass.critical): CallTraits {
  return new CallTraits({ ...defaultCallFacts, rank, cohort: 3, tenant })
}

function told(call: CallTraits): string[] {
  return notesOn(call).forwarding.added.fields.map(({ name, value }) => `${name}: ${value}`)
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

test('calls of the same traits share the notes; those of a changed class have their own', () => {
  const alike = traits('acme')
  expect(notesOn(alike)).toBe(notesOn(alike))

  expect(told(alike.with({ rank: PriorityClass.batch }))).toContain('spillway-class: batch.3')
})
