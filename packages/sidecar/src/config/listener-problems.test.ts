import { formatProblem } from '@spillway/call'
import { describe, expect, test } from 'vitest'
import { configFrom } from './load-config.ts'

function lines(settings: unknown): readonly string[] {
  const result = configFrom(settings)
  return 'problems' in result ? result.problems.map(formatProblem) : []
}

describe('the exact message for', () => {
  test.each([
    [
      'two listeners on one port',
      { inspect: { port: 7052 } },
      'inspect.port: 7052 is outbound.port already. Fix: choose another port.',
    ],
    [
      'two listeners on one port, one of them on every interface',
      { web: { port: 7051 } },
      'web.port: 7051 is inbound.port already. Fix: choose another port.',
    ],
    [
      'a service that is the sidecar itself',
      { inbound: { app: 'localhost:7051' } },
      'inbound.app: localhost:7051 is inbound.port of this sidecar. Fix: name the port of the service.',
    ],
    [
      'a service on the port of the inspector',
      { inbound: { app: '127.0.0.1:7053' } },
      'inbound.app: 127.0.0.1:7053 is inspect.port of this sidecar. Fix: name the port of the service.',
    ],
    [
      'an upstream that is the sidecar itself',
      { outbound: { upstreams: { risk: ['risk.eu:7052', 'localhost:7052'] } } },
      'outbound.upstreams.risk.endpoints[1].address: localhost:7052 is outbound.port of this sidecar. ' +
        'Fix: name the address of the upstream.',
    ],
  ])('%s', (_, settings, line) => {
    expect(lines(settings)).toEqual([`the configuration: error: ${line}`])
  })
})

test.each([
  ['any free ports', { inbound: { port: 0 }, outbound: { port: 0 }, web: { port: 0 } }],
  ['one port on two interfaces', { inspect: { host: '10.0.0.7', port: 7052 } }],
  ['a service on another address of this machine', { inbound: { host: '127.0.0.1', app: '127.0.0.2:7051' } }],
  ['a service elsewhere on the same port', { inbound: { app: 'app.internal:7051' } }],
  ['a service behind a unix socket', { inbound: { app: 'unix:/run/app:7051' } }],
  ['an upstream that is our own service', { outbound: { upstreams: { self: '127.0.0.1:7051' } } }],
])('%s are right', (_, settings) => {
  expect(lines(settings)).toEqual([])
})
