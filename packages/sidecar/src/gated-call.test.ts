import { fileURLToPath } from 'node:url'
import { PROCEED, type Call, type Gate } from '@spillway/call'
import { ManualClock, SeededRandom } from '@spillway/clock'
import { loadContract, type Contract } from '@spillway/contract'
import { expect, test } from 'vitest'
import { Composition } from './composition.ts'
import { configFrom } from './config/load-config.ts'
import { Destination } from './destination.ts'
import { ScriptedExchange } from './scripted-exchange.fixture.ts'

const GENERATE = '/chat.v1.Chat/Generate'
const SUMMARIZE = '/chat.v1.Chat/Summarize'

/** The chat service of the examples, whose cheap method must not be repeated here. */
function chatContract(): Contract {
  const paths = [fileURLToPath(new URL('../../../proto', import.meta.url))]
  const loaded = loadContract({ paths, roots: ['example/inference/v1/chat.proto'], budgets: ['tokens'] })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  const contract = loaded.ok
  const summarize = { ...contract.policyOf(SUMMARIZE), idempotency: 'unknown' } as const
  return { ...contract, policyOf: (path) => (path === SUMMARIZE ? summarize : contract.policyOf(path)) }
}

test('a call that a rule sends to another method is as safe to repeat as that method', () => {
  const loaded = configFrom({ budgets: { tokens: { rate: 1, burst: 1_000 } } })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  const clock = new ManualClock()
  const random = new SeededRandom(1)
  const around = { contract: chatContract(), clock, exactClock: clock, random, log: () => undefined }
  const { inbound, traffic, resources } = new Composition(loaded.ok.config, around)
  const seen: Pick<Call, 'path' | 'isIdempotent'>[] = []
  const gate: Gate = {
    name: 'seeing',
    enter: ({ path, isIdempotent }) => {
      seen.push({ path, isIdempotent })
      return path === GENERATE ? { kind: 'breaker_open', pushbackMs: 1, breaker: 'test' } : PROCEED
    },
    leave: () => undefined,
  }
  inbound.app = new Destination(traffic.app.settings, { clock, random, resources }, () => [gate])
  const message = Buffer.concat([Buffer.of(0x0a, 30), Buffer.alloc(30, 'x')])
  const call = new ScriptedExchange(
    {
      path: GENERATE,
      peer: { kind: 'anonymous', id: 'somebody' },
      metadata: {},
      first: { kind: 'message', bytes: message },
    },
    { isReachable: true },
    clock,
  )

  call.start(inbound)

  expect(seen).toEqual([
    { path: GENERATE, isIdempotent: true },
    { path: SUMMARIZE, isIdempotent: false },
  ])
})
