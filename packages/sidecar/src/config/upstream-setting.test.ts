import { formatProblem } from '@spillway/call'
import { expect, test } from 'vitest'
import { configFrom } from './load-config.ts'

const plain = { services: [], limit: undefined }

test.each([
  ['an address', 'risk:1', { ...plain, endpoints: [{ address: 'risk:1', priority: 0 }] }],
  [
    'a list with priorities',
    ['risk.eu:1', { address: 'risk.us:1', priority: 1 }],
    { ...plain, endpoints: [{ address: 'risk.eu:1', priority: 0 }, { address: 'risk.us:1', priority: 1 }] }, // prettier-ignore
  ],
  [
    'the long form',
    { services: ['bank.v1.Risk'], endpoints: ['unix:/run/risk.sock'], limit: 5 },
    { services: ['bank.v1.Risk'], endpoints: [{ address: 'unix:/run/risk.sock', priority: 0 }], limit: 5 },
  ],
  [
    'the long form with one address',
    { services: 'bank.v1.Risk', endpoints: 'risk:1' },
    { ...plain, services: ['bank.v1.Risk'], endpoints: [{ address: 'risk:1', priority: 0 }] },
  ],
])('an upstream may be written as %s', (_, risk, expected) => {
  const result = configFrom({ outbound: { upstreams: { risk } } })

  expect('ok' in result && result.ok.config.outbound.upstreams['risk']).toEqual(expected)
})

test.each([
  ['one address that is none', 'risk', '[0].address: risk is no address (allowed: host:port, unix:/path). Fix: write host:port or unix:/path.'],
  ['one address without a port to call', 'risk:0', '[0].address: risk:0 is called nowhere: port 0 is only for listening (allowed: 1 to 65535). Fix: name the port of whoever listens.'],
  ['neither an address nor a list', 7051, ': 7051 is no list. Fix: write a list: [a, b].'],
])('endpoints that are %s are answered with one line', (_, endpoints, line) => {
  const result = configFrom({ outbound: { upstreams: { risk: { endpoints } } } })

  expect('problems' in result && result.problems.map(formatProblem)).toEqual([
    `the configuration: error: outbound.upstreams.risk.endpoints${line}`,
  ])
}) // prettier-ignore
