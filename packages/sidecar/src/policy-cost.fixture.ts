import { Status } from '@spillway/call'
import { systemClock, systemRandom } from '@spillway/clock'
import { loadContract, type Contract } from '@spillway/contract'
import { field, fieldList } from '@spillway/http2'
import type { Exchange, ExchangeEnd, ExchangeObserver } from '@spillway/relay'
import { Composition } from './composition.ts'
import { configFrom } from './config/load-config.ts'

/**
 * Prints what policy costs a call, in microseconds: classification, all gates in and out, the answer or the forwarding, one
 * event; and the octets of it that outlive a call. The relay is a stand-in that ends each call at once.
 */
const composition = compose({ admission: { limit: 1_000_000 } })
const shadowed = compose({
  admission: { limit: 1_000_000 },
  mode: { expired: 'shadow', breaker: 'shadow', budget: 'shadow', admission: 'shadow' },
})
const shedding = compose({ admission: { limit: 1, max_queued_calls: 0 } })
/** Its calls are alike, as a caller's mostly are: what their head says is found out once. */
const LIKENESS = { note: undefined }
const REQUEST = fieldList(
  [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', '/bench.v1.Bench/Do'],
    [':authority', 'localhost:7051'],
    ['te', 'trailers'],
    ['content-type', 'application/grpc'],
    ['user-agent', 'bench'],
    ['grpc-timeout', '1S'],
  ].map(([name = '', value = '']) => field(name, value)),
)
const END: ExchangeEnd = {
  status: Status.OK,
  isFromSidecar: false,
  hasPushback: false,
  isCancelledByCaller: false,
  heldMs: 1,
  allowedMs: 1_000,
  isForwarded: true,
  isOwn: false,
  isRequestComplete: true,
  requestBytes: 64,
  responseBytes: 64,
}
const REFUSED: ExchangeEnd = { ...END, status: Status.RESOURCE_EXHAUSTED, isForwarded: false, isOwn: true }
const PEER = { kind: 'anonymous', id: '127.0.0.1' } as const

const CALLS = 1_000
const ROUNDS = 600

shedding.inbound.opened(exchange())
const [through, shadow, shed] = [carry(composition, END), carry(shadowed, END), carry(shedding, REFUSED)]
const costs = {
  throughUs: fastestUs(through),
  shadowUs: fastestUs(shadow),
  shedUs: fastestUs(shed),
  throughSurvivingBytes: survivingBytes(through),
  shadowSurvivingBytes: survivingBytes(shadow),
  shedSurvivingBytes: survivingBytes(shed),
}
process.stdout.write(JSON.stringify(costs))

/** Of many rounds the fastest, for one call: the other ones have met a neighbour or the collector. */
function fastestUs(round: () => void): number {
  let fastestMs = Number.POSITIVE_INFINITY
  for (let index = 0; index < ROUNDS; index++) {
    const startedMs = performance.now()
    round()
    fastestMs = Math.min(fastestMs, performance.now() - startedMs)
  }
  return (fastestMs * 1_000) / CALLS
}

/** By how much the heap has grown after a million calls, for one call. Needs `--expose-gc`. */
function survivingBytes(round: () => void): number {
  if (globalThis.gc === undefined) throw new Error('start it with --expose-gc')
  globalThis.gc()
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < 1_000; index++) round()
  globalThis.gc()
  return (process.memoryUsage().heapUsed - before) / 1_000_000
}

/** Runs that many calls through the sidecar, one after the other. */
function carry(on: Composition, end: ExchangeEnd): () => void {
  return () => {
    for (let index = 0; index < CALLS; index++) open(on).ended(end)
  }
}

function open({ inbound }: Composition): ExchangeObserver {
  return inbound.opened(exchange())
}

function exchange(): Exchange {
  return {
    path: '/bench.v1.Bench/Do',
    authority: 'localhost:7051',
    metadata: REQUEST,
    peer: PEER,
    arrivedMs: systemClock.nowMs(),
    allowedMs: 1_000,
    heldBytes: 200,
    likeness: LIKENESS,
    readFirstMessage: () => undefined,
    forward: () => undefined,
    answer: () => undefined,
  }
}

function compose(settings: Record<string, unknown>): Composition {
  const loaded = configFrom(settings)
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  const log = (): void => undefined
  return new Composition(loaded.ok.config, {
    contract: emptyContract(),
    clock: systemClock,
    exactClock: systemClock,
    random: systemRandom,
    log,
  })
}

function emptyContract(): Contract {
  const loaded = loadContract({ paths: [], budgets: [] })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  return loaded.ok
}
