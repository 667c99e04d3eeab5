import { defaultAdmissionConfig } from '@spillway/admission'
import { systemClock, systemRandom } from '@spillway/clock'
import { createRelayResources } from '@spillway/relay'
import { expect, test } from 'vitest'
import { Destination } from './destination.ts'
import { Routes } from './routes.ts'

const doors = { clock: systemClock, random: systemRandom, resources: createRelayResources() }

function destination(name: string): Destination {
  const settings = {
    direction: 'outbound',
    name,
    endpoints: [],
    limit: undefined,
    admission: defaultAdmissionConfig,
  } as const
  return new Destination(settings, doors, () => [])
}

const routes = new Routes(
  [
    { destination: destination('risk'), services: ['bank.v1.Risk'] },
    { destination: destination('ledger'), services: [] },
  ],
  destination(''),
)

function nameOf(authority: string, path: string): string | undefined {
  return routes.find(authority, path)?.upstream.name
}

test.each([
  ['the name of an upstream', 'ledger', '/bank.v1.Risk/Score', 'ledger'],
  ['the name of an upstream with a port', 'ledger:7052', '/bank.v1.Risk/Score', 'ledger'],
  ['no upstream, but the path has a service that one serves', '127.0.0.1:7052', '/bank.v1.Risk/Score', 'risk'],
  ['no upstream, and nobody serves the service', '127.0.0.1:7052', '/bank.v1.Other/Score', undefined],
  ['an upstream with something in front', 'x.ledger', '/a/b', undefined],
])('an authority that is %s', (_, authority, path, name) => {
  expect(nameOf(authority, path)).toBe(name)
  expect(nameOf(authority, path)).toBe(name)
})

test('what the app makes up does not fill the memory, and is still routed', () => {
  for (let index = 0; index < 5_000; index++) expect(nameOf('risk', `/a.B/${index}`)).toBe('risk')
})
