import { formatProblem } from '@spillway/call'
import { expect, test } from 'vitest'
import { configFrom } from './load-config.ts'

test('a service that two upstreams serve is answered with one line, for calls could go to either', () => {
  const upstreams = {
    risk: { services: ['bank.v1.Risk', 'bank.v1.Fraud'], endpoints: ['risk:1'] },
    other: { services: ['bank.v1.Fraud'], endpoints: ['other:1'] },
  }
  const result = configFrom({ outbound: { upstreams } })

  expect('problems' in result && result.problems.map(formatProblem)).toEqual([
    'the configuration: error: outbound.upstreams.other.services: bank.v1.Fraud is served by risk already. ' +
      'Fix: name it at one of the two.',
  ])
})

test.each([
  ['a name with a space', 'risk eu', 'risk eu'],
  ['a name like an address', 'risk:7051', 'risk:7051'],
  ['no name', '', 'an empty text'],
  ['a name that is too long', 'r'.repeat(64), `${'r'.repeat(60)}…`],
])('%s of an upstream is answered with one line', (_, upstream, shown) => {
  const result = configFrom({ outbound: { upstreams: { [upstream]: 'risk:1' } } })

  expect('problems' in result && result.problems.map(formatProblem)).toEqual([
    `the configuration: error: outbound.upstreams: ${shown} is no name (letters, digits, ., _ and -, at most 63). ` +
      'Fix: write a name such as payments.',
  ])
})

test('the name of a host is a name of an upstream', () => {
  expect(configFrom({ outbound: { upstreams: { 'risk-2.eu_west.internal': 'risk:1' } } })).toHaveProperty('ok')
})
