import { fileURLToPath } from 'node:url'
import { Status } from '@spillway/call'
import { ManualClock, SeededRandom } from '@spillway/clock'
import { loadContract, type Contract } from '@spillway/contract'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Composition } from './composition.ts'
import { configFrom } from './config/load-config.ts'
import { ScriptedExchange, type ScriptedUpstream } from './scripted-exchange.fixture.ts'

const PROTO = fileURLToPath(new URL('../../../proto', import.meta.url))

/** The chat service of the examples: its calls are read, settled, rerouted and answered by rules. Its breakers open soon. */
const contract = chatContract()

function chatContract(): Contract {
  const breaker = { min_calls: 2, error_percent: 40, open: '1s', max_open: '1s', window: '10s' }
  const methods = { 'chat.v1.Chat/Generate': { breaker }, 'chat.v1.Chat/Summarize': { breaker } }
  const overlay = { value: { methods }, placeOf: () => 'the test' }
  const loaded = loadContract({
    paths: [PROTO],
    roots: ['example/inference/v1/chat.proto'],
    budgets: ['tokens'],
    overlay,
  })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  return loaded.ok
}

/** A `GenerateRequest` with a prompt of that many letters and as many tokens for the answer. */
function request(number: number): Uint8Array {
  return Buffer.concat([Buffer.of(0x0a, number), Buffer.alloc(number, 'x'), Buffer.of(0x10, number)])
}

/** A `GenerateReply` that took that many tokens. */
function reply(tokens: number): Uint8Array {
  return Buffer.of(0x22, 2, 0x18, tokens)
}

const PATHS = ['Generate', 'Generate', 'Summarize', 'Embed', 'Unheard'].map((name) => `/chat.v1.Chat/${name}`)
const KINDS = [
  'open',
  'open',
  'open',
  'comes',
  'complete',
  'complete',
  'breakOff',
  'cancel',
  'wait',
  'fall',
  'rise',
  'rise',
] as const

const step = fc.record({
  kind: fc.constantFrom(...KINDS),
  which: fc.nat(1_000),
  number: fc.integer({ min: 1, max: 120 }),
  flag: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** A sidecar without sockets, and all calls that were made through it. */
class Bench {
  readonly clock = new ManualClock()
  readonly calls: ScriptedExchange[] = []
  readonly told = new Map<string, string[]>()
  readonly upstream: ScriptedUpstream = { isReachable: true }
  readonly sidecar: Composition
  /** What calls that were forwarded took from the budget in all. */
  spent = 0
  /** The number in the request of each call. */
  readonly #numbers = new Map<ScriptedExchange, number>()

  constructor() {
    const loaded = configFrom({
      budgets: { tokens: { rate: 1, burst: 1_000_000 } },
      admission: { limit: 3, max_queued_calls: 4 },
    })
    if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
    const { clock } = this
    const around = { contract, clock, exactClock: clock, random: new SeededRandom(1), log: () => undefined }
    this.sidecar = new Composition(loaded.ok.config, around)
    const tap = this.sidecar.telemetry.tap.subscribe({ maxPerSecond: Number.MAX_SAFE_INTEGER }, () => {
      const event = tap.take()
      if (event === undefined) return
      const events = this.told.get(event.peer) ?? []
      this.told.set(event.peer, [...events, event.path])
    })
  }

  open(path: string, number: number | undefined): void {
    const peer = { kind: 'anonymous', id: `peer-${this.calls.length}` } as const
    const metadata = { 'x-account': peer.id }
    const message = number === undefined ? undefined : ({ kind: 'message', bytes: request(number) } as const)
    const call = new ScriptedExchange({ path, peer, metadata, first: message }, this.upstream, this.clock)
    this.calls.push(call)
    this.#numbers.set(call, number ?? 0)
    call.start(this.sidecar.inbound)
  }

  perform({ kind, which, number, flag }: Step): void {
    const call = this.calls[which % Math.max(1, this.calls.length)]
    if (kind === 'open') this.open(PATHS[which % 5] ?? '', flag || which % 3 > 0 ? number : undefined)
    else if (kind === 'wait') this.clock.advance(flag ? number : 40 * number)
    else if (kind === 'fall') this.upstream.isReachable = which % 3 > 0
    else if (kind === 'rise') this.upstream.isReachable = true
    else if (call === undefined || call.isOver) return
    else if (kind === 'comes') this.#firstCame(call, number)
    else if (kind === 'cancel') this.#cancel(call)
    else if (call.isForwarded) this.end(call, kind, flag ? number : undefined)
  }

  end(call: ScriptedExchange, kind: Step['kind'], tokens: number | undefined): void {
    const message = tokens === undefined ? undefined : reply(tokens)
    this.spent += this.#spentBy(call, tokens, kind !== 'breakOff')
    if (kind === 'breakOff') call.breakOff(message)
    else call.complete(tokens === 99 ? Status.INTERNAL : Status.OK, message)
  }

  #firstCame(call: ScriptedExchange, number: number): void {
    if (this.#numbers.get(call) === 0) this.#numbers.set(call, number)
    call.firstCame({ kind: 'message', bytes: request(number) })
  }

  #cancel(call: ScriptedExchange): void {
    if (call.isForwarded) this.spent += this.#spentBy(call, undefined, true)
    call.cancel()
  }

  /** What a forwarded call takes that ends now, after an answer that tells of so many tokens. */
  #spentBy(call: ScriptedExchange, told: number | undefined, isWhole: boolean): number {
    const number = this.#numbers.get(call) ?? 0
    switch (call.forwarding?.path ?? call.path) {
      case '/chat.v1.Chat/Generate': {
        const reserved = Math.floor(number / 4) + number
        if (told === undefined) return reserved
        return isWhole ? told : Math.max(told, reserved)
      }
      case '/chat.v1.Chat/Summarize':
        return 64
      case '/chat.v1.Chat/Embed':
        return 32
      default:
        return 0
    }
  }

  /** Everybody leaves, and the upstream is well again. */
  clear(): void {
    this.upstream.isReachable = true
    for (const wait of [0, 60_000]) {
      this.clock.advance(wait)
      for (const call of this.calls) if (!call.isOver) this.#cancel(call)
    }
  }
}

test('whatever becomes of calls, what they held is given back once, and each is told of once, by itself', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const bench = new Bench()
      for (const one of steps) bench.perform(one)
      bench.clear()

      const { sides, traffic, telemetry, budgets } = bench.sidecar
      expect(traffic.app.admission?.snapshot()).toMatchObject({ seatsInUse: 0, running: 0, queued: 0, queuedBytes: 0 })
      expect(sides.inbound.inFlight).toBe(0)
      expect(telemetry.methodStats.view().filter(({ inFlight }) => inFlight !== 0)).toEqual([])
      for (const call of bench.calls) {
        expect(call.ends).toHaveLength(1)
        expect(bench.told.get(call.peer.id)).toEqual([call.path])
      }
      const [tokens] = budgets.snapshot()
      expect((tokens?.classes ?? []).reduce((sum, { used }) => sum + used, 0)).toBe(bench.spent)
    }),
    { numRuns: 50 },
  )
})

test('whatever became of calls, every breaker closes again when all is well', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
      const bench = new Bench()
      for (const one of steps) bench.perform(one)
      bench.clear()

      for (let round = 0; round < 60; round++) {
        for (const path of PATHS) bench.open(path, 1)
        for (const call of bench.calls) if (!call.isOver && call.isForwarded) call.complete(Status.OK, reply(1))
        bench.clock.advance(500)
      }

      const states = bench.sidecar.breakers.list().map(({ name, state }) => [name, state])
      expect(states.filter(([, state]) => state !== 'closed')).toEqual([])
    }),
    { numRuns: 25 },
  )
})
