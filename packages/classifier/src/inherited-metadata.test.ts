import { expect, test } from 'vitest'
import { inheritedMetadata } from './inherited-metadata.ts'

function tagOf(entries: Record<string, string>): string | undefined {
  return inheritedMetadata({ get: (name) => entries[name] }).get('spillway-class')
}

test.each([
  ['the only member', 'spillway-class=critical.3', 'critical.3'],
  ['one of several', 'user=7, spillway-class=batch.0 ,b=2', 'batch.0'],
  ['a member with properties', 'spillway-class=standard.9;ttl=60', 'standard.9'],
])('the class may come as %s of the baggage', (_, baggage, tag) => {
  expect(tagOf({ baggage })).toBe(tag)
})

test('metadata comes before baggage', () => {
  expect(tagOf({ baggage: 'spillway-class=critical.0', 'spillway-class': 'batch.1' })).toBe('batch.1')
})

test.each(['', 'user=7', 'xspillway-class=critical.0', 'note=spillway-class=critical.0'])(
  'baggage without such a member (%j) says nothing',
  (baggage) => {
    expect(tagOf({ baggage })).toBeUndefined()
  },
)

test('metadata without baggage is handed through as it is', () => {
  const metadata = { get: () => undefined }

  expect(inheritedMetadata(metadata)).toBe(metadata)
})
