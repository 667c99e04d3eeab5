import { formatProblem } from '@spillway/call'
import { expect, test } from 'vitest'
import { configFrom } from './load-config.ts'

/** Everything that is told of these voters, as users see it. */
function linesOf(nats: object, rest: object = {}): readonly string[] {
  const regions = { east: { floor: 0.5 } }
  const shared = { region: 'east', budgets: { scoring: { rate: 10, burst: 20, regions } } }
  const result = configFrom({ ...shared, nats: { servers: ['nats://127.0.0.1:4222'], ...nats }, ...rest })
  const problems = 'ok' in result ? result.ok.warnings : result.problems
  return problems.map((problem) => formatProblem(problem).replace('the configuration: ', ''))
}

const THREE = ['east-1', 'east-2', 'east-3']

test.each([
  [
    'nobody at all',
    { id: 'east-1', voters: [] },
    'error: nats.voters: names nobody. Fix: name three processes of the region, or leave it out.',
  ],
  [
    'one of them twice',
    { id: 'east-1', voters: ['east-1', 'east-2', 'east-1'] },
    'error: nats.voters: east-1 stands there twice. Fix: name each voter once.',
  ],
  [
    'a name that cannot stand in a subject',
    { id: 'east-1', voters: ['east.1'] },
    'error: nats.voters: east.1 is no token (letters, digits, _ and -, at most 64). Fix: write a token such as eu-west.',
  ],
  [
    'one alone',
    { id: 'east-1', voters: ['east-1'] },
    'warning: nats.voters: while the only voter is away nobody is elected. Fix: name three.',
  ],
  [
    'two',
    { id: 'east-1', voters: ['east-2', 'east-1'] },
    'warning: nats.voters: of 2 voters half decide only with east-1, the first by name. Fix: name 3.',
  ],
  [
    'others, and this one is misspelt',
    { id: 'east_1', voters: THREE },
    'warning: nats.voters: east_1, this process, is not among them (east-1, east-2, east-3), so it stands for election and has no vote. Fix: write east-1.',
  ],
  [
    'others',
    { id: 'checkout', voters: THREE },
    'warning: nats.voters: checkout, this process, is not among them (east-1, east-2, east-3), so it stands for election and has no vote. Fix: add checkout, or set role to sidecar.',
  ],
  [
    'some, and this one has no name',
    { voters: THREE },
    'warning: nats.voters: this process has no nats.id, so it stands for election and has no vote (voters: east-1, east-2, east-3). Fix: set nats.id to the name of one, or role to sidecar.',
  ],
])('the exact message for voters that are %s', (_, nats, line) => {
  expect(linesOf(nats)).toEqual([line])
})

test('three voters of whom this is one, and sidecars that are none, are fine', () => {
  expect(linesOf({ id: 'east-2', voters: THREE })).toEqual([])
  expect(linesOf({ voters: THREE }, { role: ['sidecar'] })).toEqual([])
})

test('an environment variable names them too', () => {
  expect(linesOf({ id: 'east-2', voters: 'east-1, east-2, east-3' })).toEqual([])
})
