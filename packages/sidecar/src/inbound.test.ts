import { NO_DEADLINE, Status } from '@spillway/call'
import { systemClock, systemRandom } from '@spillway/clock'
import { loadContract, type Contract } from '@spillway/contract'
import { fieldList } from '@spillway/http2'
import type { Answer, Exchange } from '@spillway/relay'
import { expect, test } from 'vitest'
import { Composition } from './composition.ts'
import { configFrom } from './config/load-config.ts'
import { inboundGates } from './inbound.ts'
import { ShadowGate } from './shadow-gate.ts'

const contract = emptyContract()

function emptyContract(): Contract {
  const loaded = loadContract({ paths: [], budgets: [] })
  if ('problems' in loaded) throw new Error('the empty contract is valid')
  return loaded.ok
}

function compose(settings: Record<string, unknown> = {}): Composition {
  const loaded = configFrom(settings)
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  return new Composition(loaded.ok.config, {
    contract,
    clock: systemClock,
    exactClock: systemClock,
    random: systemRandom,
    log: () => undefined,
  })
}

/** An exchange that keeps what it is told. */
class RecordedExchange implements Exchange {
  readonly path: string
  readonly authority = 'localhost'
  readonly metadata = fieldList([])
  readonly allowedMs = NO_DEADLINE
  readonly peer = { kind: 'anonymous', id: '127.0.0.1' } as const
  readonly arrivedMs = systemClock.nowMs()
  readonly heldBytes = 0
  readonly likeness = { note: undefined }
  readonly answers: Answer[] = []
  forwards = 0

  constructor(path: string) {
    this.path = path
  }

  readFirstMessage(): void {
    throw new Error('no policy reads the request')
  }

  forward(): void {
    this.forwards++
  }

  answer(answer: Answer): void {
    this.answers.push(answer)
  }
}

function modeOf(settings: Record<string, unknown>) {
  const loaded = configFrom({ mode: settings })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  return loaded.ok.config.mode
}

test('the gates stand in the order in which they are cheapest to ask', () => {
  const { breakers, budgets, traffic } = compose()
  const { admission } = traffic.app
  const gates = inboundGates({ clock: systemClock, breakers, budgets, admission }, modeOf({}))

  expect(gates.map(({ name }) => name)).toEqual(['expired', 'breaker', 'budget', 'admission'])
})

test('each gate may be shadowed or off by itself', () => {
  const { breakers, budgets, traffic } = compose()
  const { admission } = traffic.app
  const mode = modeOf({ breaker: 'off', budget: 'shadow' })
  const gates = inboundGates({ clock: systemClock, breakers, budgets, admission }, mode)

  expect(gates.map((gate) => [gate.name, gate instanceof ShadowGate])).toEqual([
    ['expired', false],
    ['budget', true],
    ['admission', false],
  ])
})

test('while it drains, a call is told DRAINING with pushback 0 and goes nowhere', () => {
  const { inbound } = compose()
  const exchange = new RecordedExchange('/a.B/C')
  inbound.drain()
  inbound.opened(exchange)

  expect(exchange.forwards).toBe(0)
  expect(exchange.answers).toMatchObject([{ status: Status.UNAVAILABLE, message: 'the server is shutting down' }])
  expect(exchange.answers[0]?.trailers[0]).toMatchObject({ name: 'grpc-retry-pushback-ms', value: '0' })
})

test('while it drains, a health check is answered NOT_SERVING', () => {
  const { inbound } = compose()
  const exchange = new RecordedExchange('/grpc.health.v1.Health/Check')
  inbound.drain()
  inbound.opened(exchange)

  expect(exchange.answers).toMatchObject([{ status: Status.OK, reply: Uint8Array.of(8, 2) }])
})

test('what a call holds is given back when it is over, and its end is counted once', () => {
  const { inbound, traffic, sides, telemetry } = compose()
  const seatsInUse = (): number | undefined => traffic.app.admission?.snapshot().seatsInUse
  const tap = telemetry.tap.subscribe({}, () => undefined)
  const exchange = new RecordedExchange('/a.B/C')
  const observer = inbound.opened(exchange)
  expect([exchange.forwards, seatsInUse(), sides.inbound.inFlight]).toEqual([1, 1, 1])
  observer.ended({
    status: Status.OK,
    isFromSidecar: false,
    hasPushback: false,
    isCancelledByCaller: false,
    heldMs: 1,
    allowedMs: Number.POSITIVE_INFINITY,
    isForwarded: true,
    isOwn: false,
    isRequestComplete: true,
    requestBytes: 0,
    responseBytes: 0,
  })

  expect([seatsInUse(), sides.inbound.inFlight]).toEqual([0, 0])
  expect(tap.take()).toMatchObject({ path: '/a.B/C', class: 'standard', decision: 'forwarded', outcome: 'success' })
  expect(tap.take()).toBeUndefined()
})
