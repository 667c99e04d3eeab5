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
