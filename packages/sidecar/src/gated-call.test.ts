import { fileURLToPath } from 'node:url'
import { PROCEED, type Call, type Gate, type Outcome } from '@spillway/call'
import { ManualClock, SeededRandom } from '@spillway/clock'
import { loadContract, type Contract } from '@spillway/contract'
import { expect, test } from 'vitest'
import { Composition } from './composition.ts'
import { configFrom } from './config/load-config.ts'
import { Destination } from './destination.ts'
import { ScriptedExchange } from './scripted-exchange.fixture.ts'

const GENERATE = '/chat.v1.Chat/Generate'
const STREAM = '/chat.v1.Chat/Stream'
const SUMMARIZE = '/chat.v1.Chat/Summarize'

/** The chat service of the examples, whose cheap method here must not be repeated, and has a cost that depends on the request. */
function chatContract(): Contract {
  const paths = [fileURLToPath(new URL('../../../proto', import.meta.url))]
  const value = { methods: { 'chat.v1.Chat/Summarize': { queue: { max_wait: '70ms' } } } }
  const overlay = { value, placeOf: () => 'the test' }
  const loaded = loadContract({ paths, roots: ['example/inference/v1/chat.proto'], budgets: ['tokens'], overlay })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  const contract = loaded.ok
  const cost = contract.policyOf(GENERATE).seats
  const summarize = { ...contract.policyOf(SUMMARIZE), cost, idempotency: 'unknown' } as const
  return { ...contract, policyOf: (path) => (path === SUMMARIZE ? summarize : contract.policyOf(path)) }
}

/** What one gate saw of one call, which it refuses as long as it is for `closed`. */
function passage(path: string, closed: string): { call: ScriptedExchange; entered: Call[]; left: Outcome[] } {
  const loaded = configFrom({ budgets: { tokens: { rate: 1, burst: 1_000 } } })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  const clock = new ManualClock()
  const random = new SeededRandom(1)
  const around = { contract: chatContract(), clock, exactClock: clock, random, log: () => undefined }
  const { inbound, traffic, resources } = new Composition(loaded.ok.config, around)
  const entered: Call[] = []
  const left: Outcome[] = []
  const gate: Gate = {
    name: 'seeing',
    enter: (call) => {
      entered.push(call)
      return call.path === closed ? { kind: 'breaker_open', pushbackMs: 1, breaker: 'test' } : PROCEED
    },
    leave: (_call, outcome) => void left.push(outcome),
  }
  inbound.app = new Destination(traffic.app.settings, { clock, random, resources }, () => [gate])
  const message = Buffer.concat([Buffer.of(0x0a, 30), Buffer.alloc(30, 'x')])
  const call = new ScriptedExchange(
    { path, peer: { kind: 'anonymous', id: 'somebody' }, metadata: {}, first: { kind: 'message', bytes: message } },
    { isReachable: true },
    clock,
  )
  call.start(inbound)
  return { call, entered, left }
}

test('a call that a rule sends to another method is a call of that method: as safe to repeat, as dear, as patient', () => {
  const { entered } = passage(GENERATE, GENERATE)

  expect(entered).toMatchObject([
    { path: GENERATE, isIdempotent: true, cost: 263, deadlineMs: 20_000, maxWaitMs: 500 },
    { path: SUMMARIZE, isIdempotent: false, cost: 1, deadlineMs: 5_000, maxWaitMs: 70 },
  ])
})

test.each([
  [GENERATE, 'complete', 'fault'],
  [GENERATE, 'never ended', 'cancelled'],
  [STREAM, 'never ended', 'cancelled'],
  ['/chat.v1.Chat/Unknown', 'never ended', 'fault'],
] as const)('%s that runs into its deadline with a request that is %s is a %s', (path, request, outcome) => {
  const { call, left } = passage(path, 'none')
  call.expire(request === 'complete')

  expect(left).toEqual([outcome])
})
