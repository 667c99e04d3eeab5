import { MetadataName, PriorityClass, type Peer } from '@spillway/call'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Classification } from './classification.ts'
import { Bench, app, arrival, expression, flat, gateway, stranger, type Setup } from './classifier.fixture.ts'

const policy: NonNullable<Setup['policy']> = {
  priority: PriorityClass.standard,
  raise: [
    {
      when: expression(({ metadata }) => metadata.get('x-vip') === 'yes', { metadata: true }),
      priority: PriorityClass.critical,
    },
    {
      when: expression(({ metadata }) => (metadata.get('x-vip') === 'odd' ? undefined : false)),
      priority: PriorityClass.critical,
    },
  ],
  cost: expression(({ metadata }) => Number(metadata.get('x-cost') ?? 3)),
  tenant: expression(({ metadata }) => metadata.get('x-account')),
  maxTimeoutMs: 9_000,
}

const perhaps = (...values: readonly string[]): fc.Arbitrary<string | undefined> =>
  fc.option(fc.constantFrom(...values), { nil: undefined })

const call = fc.record({
  peer: fc.constantFrom<Peer>(app, stranger, gateway),
  afterMs: fc.constantFrom(0, 0, 0, 700, 20_000),
  fields: fc.record({
    'x-vip': perhaps('yes', 'odd'),
    'x-cost': perhaps('7'),
    'x-account': perhaps('acme', 'größe'),
    [MetadataName.class]: perhaps('critical.17', 'batch', 'nonsense'),
    [MetadataName.timeout]: perhaps('100m', '2S', '1H'),
    [MetadataName.previousAttempts]: perhaps('2'),
  }),
})

function metadataOf(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined))
}

/** All that is said of a call but the policy, which is too long to compare. */
function told(classification: Classification): object {
  return classification.kind === 'classified' ? { ...flat(classification), policy: undefined } : classification
}

test('what is remembered of calls that are alike changes nothing, neither for a call nor for what is counted', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(call, { maxLength: 60 }), (isStrict, calls) => {
      const setup = { policy, trust: { isStrict }, topShare: { allowance: 2, share: 0.3 } }
      const [reading, remembering] = [new Bench(setup), new Bench(setup)]
      const likenesses = new Map<string, { note: unknown }>()
      for (const { peer, afterMs, fields } of calls) {
        for (const { clock } of [reading, remembering]) clock.advance(afterMs)
        const metadata = metadataOf(fields)
        const kind = JSON.stringify([peer.id, metadataOf({ ...fields, [MetadataName.timeout]: undefined })])
        const likeness = likenesses.get(kind) ?? { note: undefined }
        likenesses.set(kind, likeness)
        const one = arrival(metadata, peer, reading.clock.nowMs())
        const expected = told(reading.classifier.classify(one, 'app'))
        expect(told(remembering.classifier.classify({ ...one, likeness }, 'app'))).toEqual(expected)
      }
      expect(remembering.classifier.counts).toEqual(reading.classifier.counts)
    }),
    { numRuns: 300 },
  )
})

test('another classifier, as after a reload, reads anew', () => {
  const likeness = { note: undefined }
  const before = new Bench({ policy: { priority: PriorityClass.batch } })
  const after = new Bench({ policy: { priority: PriorityClass.critical } })
  const one = { ...arrival({}), likeness }

  expect(flat(before.classifier.classify(one, 'app')).rank).toBe(PriorityClass.batch)
  expect(likeness.note).toBeDefined()
  expect(flat(after.classifier.classify(one, 'app')).rank).toBe(PriorityClass.critical)
})
