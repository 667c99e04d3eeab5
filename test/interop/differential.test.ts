import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assertWithin } from './bounded-property.ts'
import { callPlan, type CallPlan, type Entry } from './call-plan.ts'
import { OctetClient } from './grpc-js-client.ts'
import type { RunningServer } from './grpc-js-server.ts'
import { PLANNED, PlannedServer, entriesOf, metadataFor, type ServerView } from './planned-server.ts'
import { pattern } from './test-service.ts'
import { WAYS, type Way } from './through.ts'

const RUNS = 300
/** A plan carried out both ways takes some 10 ms; 300 of them with a counterexample to shrink fit the total. */
const BOUNDS = { runMs: 10_000, totalMs: 90_000 }
const TIME_LIMIT_MS = BOUNDS.totalMs + 2 * BOUNDS.runMs
const TIMEOUT_MS = 60

/** Everything that the two ends can see of a call. */
interface Observation {
  readonly initial: readonly Entry[] | undefined
  readonly replies: readonly (number | 'damaged')[]
  readonly code: number
  readonly details: string
  readonly trailers: readonly Entry[]
  readonly server: ServerView
}

/** Carries a plan out and tells what came of it. */
async function carryOut(client: OctetClient, server: PlannedServer, plan: CallPlan): Promise<Observation> {
  const id = randomUUID()
  const options = plan.client === 'times_out' ? { deadline: Date.now() + TIMEOUT_MS } : {}
  const call = client.open(PLANNED, metadataFor(plan, id), options)
  for (const bytes of plan.requests) call.stream.write(pattern(bytes))
  if (plan.client === 'half_closes_after_reply' || plan.client === 'cancels_after_reply') await call.received(1)
  if (plan.client === 'cancels_at_once' && plan.initial.length > 0) await metadataOf(call.stream)
  if (plan.client.startsWith('cancels')) call.stream.cancel()
  else if (plan.client !== 'times_out') call.stream.end()
  const result = await call.result
  const isCut = plan.client !== 'half_closes' && plan.client !== 'half_closes_after_reply'
  // Whose clock ends it first, and what was seen by then, is a matter of timing.
  if (plan.client === 'times_out') return { ...NOTHING_SEEN, code: result.code }
  return {
    initial: result.initial && entriesOf(result.initial),
    // What was on its way when the call was cut may have come or not.
    replies: result.messages.slice(0, isCut ? 1 : undefined).map(sizeOf),
    code: result.code,
    details: result.details,
    trailers: entriesOf(result.trailers),
    server: await settledView(server, plan, id, isCut),
  }
}

/** What the server saw. How far it read before it ended the call itself, or was cut off, is a matter of timing. */
async function settledView(server: PlannedServer, plan: CallPlan, id: string, isCut: boolean): Promise<ServerView> {
  // A call that was cut before anything came back may never have been sent.
  if (plan.client === 'cancels_at_once' && plan.initial.length === 0) return NOT_SEEN
  const view = await server.viewOf(id)
  return plan.endsEarly || isCut ? { ...view, requests: [] } : view
}

const NOT_SEEN: ServerView = { metadata: [], requests: [], end: 'cancelled' }
const NOTHING_SEEN = { initial: undefined, replies: [], details: '', trailers: [], server: NOT_SEEN }

function metadataOf(stream: NodeJS.EventEmitter): Promise<unknown> {
  return new Promise((resolve) => stream.once('metadata', resolve))
}

function sizeOf(message: Buffer): number | 'damaged' {
  return message.equals(pattern(message.length)) ? message.length : 'damaged'
}

describe.each(WAYS)('%s', (_way, through) => {
  const server = new PlannedServer()
  let running: RunningServer
  let way: Way
  let directly: OctetClient
  let relayed: OctetClient
  beforeAll(async () => {
    running = await server.start()
    way = await through(running.address)
    directly = new OctetClient(running.address)
    relayed = new OctetClient(way.address)
  })
  afterAll(async () => {
    directly.close()
    relayed.close()
    await way.close()
    await running.close()
  })

  test(
    'makes no difference that either end of a call can see',
    async () => {
      await assertWithin(BOUNDS, RUNS, callPlan, async (plan) => {
        const expected = await carryOut(directly, server, plan)
        const actual = await carryOut(relayed, server, plan)
        expect(actual).toEqual(expected)
      })
    },
    TIME_LIMIT_MS,
  )
})
