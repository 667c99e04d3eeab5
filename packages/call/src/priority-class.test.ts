import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CALLER_CLASSES,
  COHORTS,
  LEVELS,
  PriorityClass,
  className,
  formatClassTag,
  levelOf,
  oneClassDown,
  parseClassName,
  parseClassTag,
  perClass,
} from './priority-class.ts'

const { system, critical, standard, sheddable, batch } = PriorityClass
const RANKS = Object.values(PriorityClass)

test('a lower rank is more important', () => {
  expect(RANKS.map(className)).toEqual(['system', 'critical', 'standard', 'sheddable', 'batch'])
  expect(RANKS).toEqual([...RANKS].sort((a, b) => a - b))
})

test('names are read back, exactly as written', () => {
  for (const rank of RANKS) expect(parseClassName(className(rank))).toBe(rank)
  expect(['Critical', ' critical', 'high', ''].map(parseClassName)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('levels count every class and cohort once, best first', () => {
  const levels = CALLER_CLASSES.flatMap((rank) => Array.from({ length: COHORTS }, (_, cohort) => levelOf(rank, cohort)))

  expect(levels).toEqual(Array.from({ length: LEVELS }, (_, level) => level))
})

test('system is above every level', () => {
  expect(levelOf(system, COHORTS - 1)).toBeLessThan(0)
})

test('one class down stops at batch', () => {
  expect([system, critical, standard, sheddable, batch].map(oneClassDown)).toEqual([
    critical,
    standard,
    sheddable,
    batch,
    batch,
  ])
})

test('one value for each class is found by rank', () => {
  const names = perClass(className)

  expect(RANKS.map((rank) => names[rank])).toEqual(RANKS.map(className))
})

describe('spillway-class', () => {
  test.each([
    ['critical.17', { rank: critical, cohort: 17 }],
    ['standard', { rank: standard, cohort: 0 }],
    ['sheddable.0', { rank: sheddable, cohort: 0 }],
    ['batch.127', { rank: batch, cohort: 127 }],
  ])('%s is understood', (text, tag) => {
    expect(parseClassTag(text)).toEqual(tag)
  })

  test.each([
    '',
    'system',
    'system.0',
    'critical.',
    'critical.128',
    'critical.999',
    'critical.01',
    'critical.-1',
    'critical.1.2',
    'critical.1e1',
    'CRITICAL',
    ' critical',
    'critical ',
    'critical\n',
    'critical.17, batch',
    '.5',
    'constructor',
  ])('%j counts as none', (text) => {
    expect(parseClassTag(text)).toBeUndefined()
  })

  test('is read back as it was written, for every class that a caller may have', () => {
    const tag = fc.record({ rank: fc.constantFrom(...CALLER_CLASSES), cohort: fc.nat(COHORTS - 1) })
    fc.assert(
      fc.property(tag, (each) => {
        expect(parseClassTag(formatClassTag(each))).toEqual(each)
      }),
    )
  })
})
