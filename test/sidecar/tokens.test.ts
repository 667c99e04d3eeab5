import { status, type StatusObject } from '@grpc/grpc-js'
import type { BudgetView } from '@spillway/inspect'
import { InspectorClient } from '@spillway/inspect/client'
import { createSidecar, type Sidecar } from '@spillway/sidecar'
import { NatsServer } from '@spillway/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ChatApp, ChatCaller, chatContract } from './chat-app.ts'
import { pause } from './regions.ts'
import { sceneConfig } from './scene.ts'

/** 12,000 tokens a minute. */
const RATE = 200
const BURST = 400
const REGIONS = { east: { floor: 0.1 } }
const ELECTION_MS = 60_000

/** A stream reserves so much at most; see chat.proto. */
const ESTIMATE = 128

/** The example's model behind a sidecar. */
class ChatScene {
  readonly app: ChatApp
  readonly sidecar: Sidecar
  readonly caller: ChatCaller
  readonly #inspector: InspectorClient

  private constructor(app: ChatApp, sidecar: Sidecar) {
    this.app = app
    this.sidecar = sidecar
    this.caller = new ChatCaller(sidecar.addresses.inbound)
    this.#inspector = new InspectorClient({ address: sidecar.addresses.inspect })
  }

  static async set(settings: Record<string, unknown>): Promise<ChatScene> {
    const app = await ChatApp.start()
    const config = sceneConfig(app.address, {
      service: 'inference',
      region: 'east',
      budgets: { tokens: { rate: `${RATE * 60}/m`, burst: BURST, regions: REGIONS } },
      ...settings,
    })
    const sidecar = createSidecar(config, { contract: chatContract() })
    await sidecar.start()
    return new ChatScene(app, sidecar)
  }

  async budget(): Promise<BudgetView> {
    const [budget] = await this.#inspector.listBudgets()
    if (budget === undefined) throw new Error('no budget')
    return budget
  }

  /** Resolves when the budget is as wished. */
  async until(isSo: (budget: BudgetView) => boolean, patienceMs = 15_000): Promise<BudgetView> {
    const endMs = performance.now() + patienceMs
    for (;;) {
      const budget = await this.budget()
      if (isSo(budget)) return budget
      if (performance.now() > endMs) throw new Error(`still ${JSON.stringify(budget)}`)
      await pause(20)
    }
  }

  /**
   * Resolves when so much is saved up that any one call of the tests is let in. A share comes to who asks for it: calls that
   * ask for much and take little.
   */
  async filled(): Promise<void> {
    const { manner } = this.app
    this.app.manner = { ...manner, tokens: () => 1, tellsUsage: true }
    const endMs = performance.now() + ELECTION_MS
    for (let level = 0; level < 0.8 * BURST; { level } = await this.budget()) {
      if (performance.now() > endMs) throw new Error(`still ${JSON.stringify(await this.budget())}`)
      await this.caller.generate({ prompt: '', max_tokens: 20 })
      await pause(50)
    }
    this.app.manner = manner
  }

  async metric(name: string): Promise<number> {
    const response = await fetch(`http://${this.sidecar.addresses.web}/metrics`)
    const line = (await response.text()).split('\n').find((each) => each.startsWith(`${name}{budget="tokens"}`))
    return Number(line?.split(' ')[1] ?? Number.NaN)
  }

  async close(): Promise<void> {
    this.caller.close()
    this.#inspector.close()
    await this.sidecar.close()
    this.app.crash()
  }
}

describe.each(['local', 'leased'] as const)('tokens of a %s budget', (kind) => {
  let nats: NatsServer | undefined
  let scene: ChatScene

  beforeAll(async () => {
    nats = kind === 'leased' ? await NatsServer.start() : undefined
    scene = await ChatScene.set(nats === undefined ? {} : { nats: { servers: [nats.url] } })
    await scene.filled()
  }, 90_000)

  afterAll(async () => {
    await scene.close()
    await nats?.close()
  })

  beforeEach(async () => {
    scene.app.manner = { tokens: ({ max_tokens }) => max_tokens, tokenMs: 2, tokensAtOnce: 1, tellsUsage: true }
    await scene.filled()
  }, 30_000)

  test('strict: never more than burst and rate, though reserved for more, and what is not needed is used by others', async () => {
    const { app, caller } = scene
    let next = 0
    app.manner = { ...app.manner, tokens: () => 5 + ((next++ * 7) % 25) }
    app.made.length = 0
    const startMs = performance.now()
    let refused = 0
    const call = async (): Promise<void> => {
      while (performance.now() - startMs < 4_000) {
        const { code } = await caller.generate({ prompt: 'p'.repeat(12), max_tokens: 97 })
        if (code === status.RESOURCE_EXHAUSTED) refused++
        await pause(3)
      }
    }
    await Promise.all(Array.from({ length: 6 }, call))

    const made = app.made.reduce((sum, { tokens }) => sum + tokens, 0)
    const seconds = (performance.now() - startMs) / 1_000
    expect(refused).toBeGreaterThan(0)
    expect(worstExcess(app.made, RATE)).toBeLessThanOrEqual(BURST + JITTER)
    // A call reserves 100 and takes 20: without refunds a fifth of the budget would be all that is used.
    expect(made).toBeGreaterThan(0.5 * (RATE * seconds))
  }, 30_000)

  test('optimistic: a stream goes beyond its estimate into a debt, and nobody is let in before it is repaid', async () => {
    const { app, caller } = scene
    app.manner = { ...app.manner, tokensAtOnce: 20 }
    const overdrawn = await scene.metric('spillway_budget_overdrawn_total')
    const stream = caller.stream({ prompt: '', max_tokens: 900 })
    await stream.reached(890)
    const during = await scene.budget()
    const refusal = await caller.generate({ prompt: '', max_tokens: 1 })
    expect((await stream.ended).code).toBe(status.OK)

    expect(during.level).toBeLessThan(0)
    expect(refusal.code).toBe(status.RESOURCE_EXHAUSTED)
    expect(pushbackMs(refusal)).toBeGreaterThanOrEqual((-during.level / RATE) * 1_000 * 0.5)
    expect(await scene.metric('spillway_budget_debt')).toBeGreaterThan(0)
    expect((await scene.metric('spillway_budget_overdrawn_total')) - overdrawn).toBe(900 - ESTIMATE)
    const codes = new Set<number>()
    while ((await scene.budget()).level < 0) {
      const { code } = await caller.generate({ prompt: '', max_tokens: 1 })
      if ((await scene.budget()).level < 0) codes.add(code)
    }
    expect([...codes]).toEqual([status.RESOURCE_EXHAUSTED])
    await scene.filled()
    expect((await caller.generate({ prompt: '', max_tokens: 1 })).code).toBe(status.OK)
  }, 30_000)

  test('a stream that its caller leaves gives back what it had not taken', async () => {
    const { app, caller } = scene
    app.manner = { ...app.manner, tokenMs: 5 }
    // Where a bucket is nearly full, what is given back may overflow.
    await caller.generate({ prompt: '', max_tokens: 130 })
    await pause(300)
    const stream = caller.stream({ prompt: 'p'.repeat(40), max_tokens: ESTIMATE })
    await stream.reached(4)
    const { level: before, usedTotal: usedBefore } = await scene.budget()
    const startMs = performance.now()
    stream.cancel()
    await stream.ended

    const { level, usedTotal } = await scene.until(({ usedTotal: used }) => used < usedBefore)
    const sent = usedBefore - usedTotal
    expect(sent).toBeGreaterThan(ESTIMATE / 2)
    expect(sent).toBeLessThanOrEqual(ESTIMATE - 4)
    const flowed = (RATE * (performance.now() - startMs)) / 1_000
    // A share may shrink all the while, and what exceeds it is lost.
    expect(level - before - flowed).toBeGreaterThan(kind === 'local' ? sent - flowed - 1 : sent / 4)
  }, 30_000)

  test('an app that crashes in a stream gives nothing back, and is counted', async () => {
    const { app, caller } = scene
    app.manner = { ...app.manner, tokenMs: 5 }
    const unsettled = await scene.metric('spillway_budget_unsettled_total')
    const { usedTotal: before } = await scene.budget()
    const stream = caller.stream({ prompt: '', max_tokens: ESTIMATE })
    await stream.reached(4)
    app.crash()
    const { code } = await stream.ended
    await app.restart()

    expect(code).toBe(status.UNAVAILABLE)
    expect((await scene.budget()).usedTotal - before).toBe(ESTIMATE)
    expect(await scene.metric('spillway_budget_unsettled_total')).toBe(unsettled + 1)
  }, 30_000)

  test.runIf(kind === 'leased')('metrics tell of the lease', async () => {
    expect(await scene.metric('spillway_lease_total_rate_per_second')).toBe(RATE)
    expect(await scene.metric('spillway_lease_total_burst')).toBe(BURST)
    expect(await scene.metric('spillway_lease_cut_off')).toBe(0)
    expect(await scene.metric('spillway_lease_epoch')).toBeGreaterThan(0)
    expect(await scene.metric('spillway_budget_rate_per_second')).toBeGreaterThan(0)
  })

  test('an answer that does not say what it took keeps what was reserved for it', async () => {
    const { app, caller } = scene
    app.manner = { ...app.manner, tellsUsage: false }
    const { usedTotal: before } = await scene.budget()
    expect((await caller.generate({ prompt: '', max_tokens: 200 })).code).toBe(status.OK)

    expect((await scene.budget()).usedTotal - before).toBe(200)
  }, 30_000)
})

/** Between letting a call in and its answer the budget goes on flowing: a tenth of a second of it. */
const JITTER = RATE * 0.1

function pushbackMs({ metadata }: StatusObject): number {
  return Number(metadata.get('grpc-retry-pushback-ms')[0])
}

/** The largest excess over `rate * dt` of tokens made in any interval: at most the burst when the promise holds. */
function worstExcess(made: readonly { readonly atMs: number; readonly tokens: number }[], rate: number): number {
  let least = Number.POSITIVE_INFINITY
  let worst = 0
  let sum = 0
  for (const { atMs, tokens } of made) {
    const flowed = (rate * atMs) / 1_000
    least = Math.min(least, sum - flowed)
    sum += tokens
    worst = Math.max(worst, sum - flowed - least)
  }
  return worst
}
