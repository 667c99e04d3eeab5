import { expect, test } from 'vitest'
import { TermsWatch } from './terms-watch.ts'

const ours = { whole: { rate: 100, burst: 50 }, floor: { rate: 10, burst: 5 } }
const theirs = { whole: { rate: 60, burst: 50 }, floor: { rate: 6, burst: 5 } }
const conflicts = new Map([['api', [{ region: 'east', theirs, ours }]]])

test('names both values of what differs, in one line', () => {
  const detail =
    'rate 60 in east, 100 in west; floor rate 6 in east, 10 in west: the smaller is in force until both have the same configuration'

  expect(new TermsWatch('west').look(conflicts)).toEqual([{ kind: 'terms', about: 'east', budget: 'api', detail }])
})

test('tells the same once, and again when it has been settled in between', () => {
  const watch = new TermsWatch('west')
  watch.look(conflicts)

  expect(watch.look(conflicts)).toEqual([])
  expect(watch.look(new Map([['api', []]]))).toEqual([])
  expect(watch.look(conflicts)).toHaveLength(1)
})
