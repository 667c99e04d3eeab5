import { formatProblem } from '@spillway/call'
import { expect, test } from 'vitest'
import { configFrom } from './load-config.ts'

const NATS = { servers: ['nats://127.0.0.1:4222'] }
const EAST = { east: { floor: 0.5 } }

/** Everything that is wrong with a configuration, as users see it. */
function linesOf(value: unknown): readonly string[] {
  const result = configFrom(value)
  return 'ok' in result
    ? []
    : result.problems.map((problem) => formatProblem(problem).replace('the configuration: ', ''))
}

function shared(budget: object, rest: object = {}): object {
  return {
    region: 'east',
    nats: NATS,
    budgets: { scoring: { rate: 10, burst: 20, regions: EAST, ...budget } },
    ...rest,
  }
}

test.each([
  [
    'a rate of 0',
    { budgets: { scoring: { rate: 0, burst: 1 } } },
    'error: budgets.scoring.rate: 0 would let nothing through. Fix: write a number above 0, or mode.budget: off.',
  ],
  [
    'a burst of 0',
    { budgets: { scoring: { rate: 1, burst: 0 } } },
    'error: budgets.scoring.burst: 0 would let nothing through. Fix: write a number above 0, or mode.budget: off.',
  ],
  [
    'a name that is none',
    { budgets: { 'tokens/minute': { rate: 1, burst: 1 } } },
    'error: budgets: tokens/minute is no name (letters, digits, ., _ and -, at most 63). Fix: write a name such as payments.',
  ],
  [
    'floors above 100 %',
    shared({ regions: { east: { floor: 0.6 }, west: { floor: 0.501 } } }),
    'error: budgets.scoring.regions: the floors add up to 110.1 % of the rate. Fix: lower them to 100 % or less.',
  ],
  [
    'a floor above 1',
    shared({ regions: { east: { floor: 10 } } }),
    'error: budgets.scoring.regions.east.floor: 10 is no number in range (allowed: 0 to 1). Fix: write a number, 0 to 1.',
  ],
  [
    'a region that is misspelt',
    shared({}, { region: 'eest' }),
    'error: budgets.scoring.regions: eest, where this sidecar runs, is not among them (east). Fix: write east, or correct region.',
  ],
  [
    'a region that is not in the list',
    shared({}, { region: 'mars-1' }),
    'error: budgets.scoring.regions: mars-1, where this sidecar runs, is not among them (east). Fix: add mars-1, or correct region.',
  ],
  [
    'a budget without regions that is to be shared',
    shared({ regions: {} }),
    'error: budgets.scoring.regions: no region is named, and nats.servers is set. Fix: add east: { floor: 0.1 }.',
  ],
  [
    'a region that no subject can name',
    shared({ regions: { ...EAST, 'us.west': { floor: 0.1 } } }),
    'error: budgets.scoring.regions.us.west: is no region. Fix: use letters, digits, _ and - only.',
  ],
  [
    'a role that leaves the sidecar out',
    shared({}, { role: ['aggregator'] }),
    'error: role: this process is a sidecar in any case. Fix: write sidecar too.',
  ],
  [
    'a role that does not exist',
    shared({}, { role: ['sidecar', 'agregator'] }),
    'error: role: agregator is no role (allowed: sidecar, aggregator). Fix: write aggregator.',
  ],
  [
    'another reaction',
    shared({ on_cut_off: 'flor' }),
    'error: budgets.scoring.on_cut_off: flor is no reaction (allowed: floor, deny, allow). Fix: write floor.',
  ],
  [
    'a server that is no address, without its password',
    shared({}, { nats: { servers: ['nats://user:secret@host:4222'] } }),
    'error: nats.servers: nats://…@host:4222 is no server (allowed: nats://host:port, tls://host:port). Fix: write nats://host:port.',
  ],
  [
    'a shard that no subject can name',
    shared({}, { nats: { ...NATS, shard: 'a.b' } }),
    'error: nats.shard: a.b is no token (letters, digits, _ and -, at most 64). Fix: write a token such as eu-west.',
  ],
])('the exact message for %s', (_, value, line) => {
  expect(linesOf(value)).toEqual([line])
})

test('floors of exactly 100 % are fine, however they round', () => {
  const thirds = { east: { floor: 0.1 }, west: { floor: 0.2 }, north: { floor: 0.7 } }

  expect(linesOf(shared({ regions: thirds }))).toEqual([])
})

test('everything that is wrong is told at once', () => {
  const budgets = { one: { rate: 0, burst: 1, regions: EAST }, two: { rate: 1, burst: 1 } }

  expect(linesOf({ region: 'west', nats: NATS, budgets })).toHaveLength(3)
})

test('regions mean nothing without NATS', () => {
  expect(linesOf({ region: 'mars', budgets: { scoring: { rate: 1, burst: 1, regions: EAST } } })).toEqual([])
})
