import { describe, expect, test } from 'vitest'
import { problemLines, withOption } from './contract.fixture.ts'

/** The option's first line is line 9 of `t.proto`. */
const cases: readonly [name: string, option: string, lines: readonly string[]][] = [
  [
    'an unknown key',
    'priorty: CRITICAL',
    [
      't.proto:9: error: priorty: there is no such key (allowed: priority, raise, cost, seats, budget, tenant, timeout, max_timeout, breaker, queue, fallback, settle). Fix: write priority.',
    ],
  ],
  [
    'an unknown key inside a group',
    'breaker: {\n  min_cals: 3\n}',
    [
      't.proto:10: error: breaker.min_cals: there is no such key (allowed: error_percent, min_calls, window, open, max_open, probes). Fix: write min_calls.',
    ],
  ],
  [
    'a misspelt class',
    'priority: CRITCAL',
    [
      't.proto:9: error: priority: CRITCAL is no priority class (allowed: CRITICAL, STANDARD, SHEDDABLE, BATCH). Fix: write CRITICAL.',
    ],
  ],
  [
    'a class that is like no other',
    'priority: URGENT',
    [
      't.proto:9: error: priority: URGENT is no priority class (allowed: CRITICAL, STANDARD, SHEDDABLE, BATCH). Fix: write one of them.',
    ],
  ],
  [
    'the unspecified class',
    'priority: PRIORITY_CLASS_UNSPECIFIED',
    [
      't.proto:9: error: priority: PRIORITY_CLASS_UNSPECIFIED is no priority class (allowed: CRITICAL, STANDARD, SHEDDABLE, BATCH). Fix: write one of them.',
    ],
  ],
  [
    'a number where a text should be',
    'timeout: 100',
    ['t.proto:9: error: timeout: 100 should be a text. Fix: write "100ms" or "100s".'],
  ],
  [
    'a number where a text that is no duration should be',
    'cost: 2',
    ['t.proto:9: error: cost: 2 should be a text. Fix: write "2".'],
  ],
  [
    'a text where a number should be',
    'breaker: { error_percent: "5" }',
    ['t.proto:9: error: breaker.error_percent: "5" should be a number. Fix: write a number without quotes.'],
  ],
  [
    'a fraction where a whole number should be',
    'breaker: { min_calls: 2.5 }',
    ['t.proto:9: error: breaker.min_calls: 2.5 should be a whole number. Fix: write 2 or 3.'],
  ],
  [
    'a value where a group should be',
    'breaker: 5',
    ['t.proto:9: error: breaker: 5 should be a group of settings. Fix: write { … }.'],
  ],
  [
    'a list where one value should be',
    'timeout: ["1s", "2s"]',
    ['t.proto:9: error: timeout: [ … ] should be one value. Fix: write a single value.'],
  ],
  [
    'zero where it makes no sense',
    'breaker: { min_calls: 0 }',
    [
      't.proto:9: error: breaker.min_calls: 0 should be above 0 and at most 1000000. Fix: write a number in that range.',
    ],
  ],
  [
    'a share beyond all',
    'breaker: { error_percent: 101 }',
    [
      't.proto:9: error: breaker.error_percent: 101 should be above 0 and at most 100. Fix: write a number in that range.',
    ],
  ],
  [
    'a negative count',
    'breaker: { probes: -1 }',
    ['t.proto:9: error: breaker.probes: -1 should be above 0 and at most 1000000. Fix: write a number in that range.'],
  ],
  [
    'a negative cost',
    'cost: "-1"',
    ['t.proto:9: error: cost: -1 should not be negative. Fix: write a number of 0 or more.'],
  ],
  [
    'a duration without a unit',
    'timeout: "100"',
    [
      't.proto:9: error: timeout: "100" is no duration (a number and one of us, ms, s, m, h). Fix: write a duration like "250ms".',
    ],
  ],
  [
    'a duration of nothing',
    'queue: { max_wait: "0s" }',
    ['t.proto:9: error: queue.max_wait: "0s" should be longer than nothing. Fix: write a duration like "250ms".'],
  ],
  [
    'a default beyond the maximum',
    'timeout: "2s"\nmax_timeout: "1s"',
    ['t.proto:9: error: timeout: "2s" is longer than max_timeout "1s". Fix: make it shorter.'],
  ],
  [
    'an open time beyond its maximum',
    'breaker: { open: "10s" max_open: "1s" }',
    ['t.proto:9: error: breaker.max_open: "1s" is shorter than breaker.open. Fix: make it longer.'],
  ],
  [
    'an unknown budget',
    'budget: "token"',
    ['t.proto:9: error: budget: token is not configured (configured: tokens). Fix: write tokens.'],
  ],
  [
    'a key that is set twice',
    'timeout: "1s"\ntimeout: "2s"',
    ['t.proto:10: error: timeout: is set already at t.proto:9. Fix: keep one of them.'],
  ],
  [
    'a raise rule with parts missing',
    'raise: { }',
    [
      't.proto:9: error: raise: when is missing. Fix: write the condition.',
      't.proto:9: error: raise: priority is missing. Fix: write the class.',
    ],
  ],
  [
    'everything at once, by line',
    'priority: URGENT\ntimeout: "1"\nbudget: "gold"',
    [
      't.proto:9: error: priority: URGENT is no priority class (allowed: CRITICAL, STANDARD, SHEDDABLE, BATCH). Fix: write one of them.',
      't.proto:10: error: timeout: "1" is no duration (a number and one of us, ms, s, m, h). Fix: write a duration like "250ms".',
      't.proto:11: error: budget: gold is not configured (configured: tokens). Fix: add gold to budgets in spillway.yaml.',
    ],
  ],
]

describe('an option reports', () => {
  test.each(cases)('%s', (_, option, lines) => {
    expect(problemLines(withOption(option))).toEqual(lines)
  })
})

test('says that no budget is configured', () => {
  expect(problemLines(withOption('budget: "tokens"'), { budgets: [] })).toEqual([
    't.proto:9: error: budget: tokens is not configured (none is). Fix: add tokens to budgets in spillway.yaml.',
  ])
})
