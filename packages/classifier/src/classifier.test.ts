import { join } from 'node:path'
import { NO_DEADLINE, PriorityClass } from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { loadContract, type RaiseRule } from '@spillway/contract'
import { describe, expect, test } from 'vitest'
import { Bench, app, arrival, expression, flat, gateway, stranger, unlisted } from './classifier.fixture.ts'
import { Classifier } from './classifier.ts'
import { cohortOf } from './cohort.ts'
import { DEFAULT_TOP_SHARE } from './top-share.ts'

const { system, critical, standard, sheddable, batch } = PriorityClass

describe('the class of a call', () => {
  test('is what its method declares', () => {
    expect(new Bench().call().rank).toBe(standard)
    expect(new Bench({ policy: { priority: batch } }).call().rank).toBe(batch)
  })

  test('claimed by a stranger or an unlisted identity is ignored and counted', () => {
    const bench = new Bench({ policy: { priority: sheddable } })
    for (const peer of [stranger, unlisted])
      expect(bench.call({ 'spillway-class': 'critical.3', 'spillway-tenant': 'me' }, peer)).toMatchObject({
        rank: sheddable,
        isTrusted: false,
        isInherited: false,
        tenant: '',
        cohort: cohortOf(peer.id),
      })
    expect(bench.classifier.counts.ignoredClaims).toBe(2)
  })

  test('claimed by the app stands up to the maximum of the service', () => {
    const bench = new Bench({ policy: { priority: batch }, trust: { appMaximum: standard } })
    expect(bench.call({ 'spillway-class': 'sheddable.5' }, app)).toMatchObject({
      rank: sheddable,
      cohort: 5,
      isTrusted: true,
      isInherited: true,
    })
    expect(bench.call({ 'spillway-class': 'critical.5' }, app)).toMatchObject({ rank: standard, cohort: 5 })
    expect(bench.classifier.counts).toMatchObject({ clampedClaims: 1, ignoredClaims: 0 })
  })

  test('claimed by a listed identity stands up to its own class or that of the method', () => {
    const claim = { 'spillway-class': 'critical.1' }
    expect(new Bench({ policy: { priority: batch } }).call(claim, gateway).rank).toBe(standard)
    expect(new Bench({ policy: { priority: critical } }).call(claim, gateway).rank).toBe(critical)
  })

  test('may be lowered by whoever is trusted', () => {
    expect(new Bench({ policy: { priority: critical } }).call({ 'spillway-class': 'batch.1' }, gateway).rank).toBe(
      batch,
    )
  })

  test('is not system because somebody says so, nor anything that cannot be read', () => {
    for (const tag of ['system', 'system.1', 'critical.128', 'CRITICAL.1', 'critical.', 'x', ''])
      expect(new Bench().call({ 'spillway-class': tag }, app)).toMatchObject({ rank: standard, isInherited: false })
  })

  test('is raised by the most important rule that holds, and never lowered', () => {
    const raise = (priority: PriorityClass, holds: boolean): RaiseRule => ({ when: expression(() => holds), priority })
    const rank = (...rules: RaiseRule[]): number =>
      new Bench({ policy: { priority: sheddable, raise: rules } }).call().rank
    expect(rank(raise(standard, true), raise(critical, true))).toBe(critical)
    expect(rank(raise(critical, false), raise(standard, true))).toBe(standard)
    expect(rank(raise(batch, true))).toBe(sheddable)
  })

  test('that was inherited is not raised', () => {
    const policy = { priority: standard, raise: [{ when: expression(() => true), priority: critical }] }
    expect(new Bench({ policy }).call({ 'spillway-class': 'sheddable.1' }, app).rank).toBe(sheddable)
    expect(new Bench({ policy }).call({}, app).rank).toBe(critical)
  })

  test('is not raised by a rule that has no value, which is counted', () => {
    const raise = [{ when: expression<boolean>(() => undefined), priority: critical }]
    const bench = new Bench({ policy: { raise } })
    expect(bench.call().rank).toBe(standard)
    expect(bench.classifier.counts.failedExpressions).toBe(1)
  })
})

describe('in strict mode', () => {
  const strict = { trust: { isStrict: true } }

  test.each([
    [stranger, 'critical.1', standard],
    [gateway, 'critical.1', standard],
    [app, 'standard.1', batch],
  ])('a claim of %o to %s beyond what it may have is refused', (peer, tag, appMaximum) => {
    const bench = new Bench({ trust: { isStrict: true, appMaximum } })
    expect(bench.classifier.classify(arrival({ 'spillway-class': tag }, peer), 'app')).toMatchObject({
      kind: 'refused',
      refusal: { kind: 'priority_not_allowed', pushbackMs: -1 },
    })
    expect(bench.classifier.counts.refusedClaims).toBe(1)
  })

  test('a claim to no more than the method declares passes', () => {
    expect(new Bench(strict).call({ 'spillway-class': 'standard.1' }, stranger).rank).toBe(standard)
    expect(new Bench(strict).call({ 'spillway-class': 'sheddable.1' }, gateway).rank).toBe(sheddable)
  })
})

describe('tenant and cohort', () => {
  const policy = { tenant: expression((variables) => variables.metadata.get('x-account') ?? '', { metadata: true }) }

  test('are told by a trusted caller', () => {
    const call = new Bench({ policy }).call({ 'spillway-tenant': 'acme', 'spillway-class': 'standard.99' }, gateway)
    expect(call).toMatchObject({ tenant: 'acme', cohort: 99 })
  })

  test('come from the rule and its hash otherwise', () => {
    const call = new Bench({ policy }).call({ 'spillway-tenant': 'acme', 'x-account': 'mine' })
    expect(call).toMatchObject({ tenant: 'mine', cohort: cohortOf('mine') })
  })

  test('come from the peer when there is no tenant', () => {
    expect(new Bench({ policy }).call()).toMatchObject({ tenant: '', cohort: cohortOf(stranger.id) })
  })

  test('keep the hash when the tag names a class only', () => {
    expect(new Bench().call({ 'spillway-class': 'standard' }, gateway).cohort).toBe(cohortOf(gateway.id))
  })

  test('are cut off where they become too long to keep', () => {
    expect(new Bench().call({ 'spillway-tenant': 'x'.repeat(1_000) }, app).tenant).toHaveLength(128)
  })

  test('told by a trusted caller stay as they are, but end in no blank where they are cut off', () => {
    const told = `${'x'.repeat(127)} y`
    expect(new Bench().call({ 'spillway-tenant': told }, app).tenant).toBe('x'.repeat(127))
    expect(new Bench().call({ 'spillway-tenant': 'a b%41' }, app).tenant).toBe('a b%41')
  })

  test.each([
    ['東京', '%E6%9D%B1%E4%BA%AC'],
    ['\u00dc', '%C3%9C'],
    [' a\r\nb ', '%20a%0D%0Ab%20'],
    ['100%', '100%25'],
    [`${'x'.repeat(127)}\u{1f600}`, `${'x'.repeat(127)}%`],
  ])('come as metadata can carry them: %j', (text, written) => {
    const made = { tenant: expression(() => text) }
    expect(new Bench({ policy: made }).call().tenant).toBe(written)
  })

  test('spread evenly and stay the same in every version', () => {
    expect([cohortOf(''), cohortOf('acme'), cohortOf('10.0.0.7')]).toMatchInlineSnapshot(`
      [
        89,
        82,
        37,
      ]
    `)
    const cohorts = Array.from({ length: 12_800 }, (_, index) => cohortOf(`tenant-${index}`))
    const counts = Array.from({ length: 128 }, (_, cohort) => cohorts.filter((one) => one === cohort).length)
    expect(Math.min(...counts)).toBeGreaterThan(50)
    expect(Math.max(...counts)).toBeLessThan(160)
  })
})

describe('the deadline', () => {
  const policy = { timeoutMs: 100, maxTimeoutMs: 1_000 }

  test.each([
    ['what the caller asks for', { 'grpc-timeout': '250m' }, 250],
    ['the default of the method', {}, 100],
    ['never beyond the maximum', { 'grpc-timeout': '1H' }, 1_000],
    ['over at once', { 'grpc-timeout': '0n' }, 0],
  ])('is %s', (_, metadata, expectedMs) => {
    const bench = new Bench({ policy })
    bench.clock.advance(5_000)
    expect(bench.call(metadata).deadlineMs).toBe(5_000 + expectedMs)
  })

  test('is the maximum when nobody says anything else, or none', () => {
    expect(new Bench({ policy: { maxTimeoutMs: 1_000 } }).call().deadlineMs).toBe(1_000)
    expect(new Bench().call().deadlineMs).toBe(NO_DEADLINE)
  })
})

describe('the other facts', () => {
  test('come from policy and arrival', () => {
    const policy = { cost: 3, seats: 2, budget: 'tokens', idempotency: 'idempotent' } as const
    expect(new Bench({ policy }).call({ 'grpc-previous-rpc-attempts': '2' })).toMatchObject({
      path: '/to.v1.T/Do',
      upstream: 'app',
      cost: 3,
      seats: 2,
      budget: 'tokens',
      isIdempotent: true,
      attempt: 2,
      heldBytes: 10,
    })
  })

  test('count an attempt number that is none as the first', () => {
    for (const text of ['x', '-1', '99999', '1.5', ''])
      expect(new Bench().call({ 'grpc-previous-rpc-attempts': text }).attempt).toBe(0)
  })

  test('are 1 where an expression has no value', () => {
    const nothing = expression<number>(() => undefined)
    const bench = new Bench({ policy: { cost: nothing, seats: nothing } })
    expect(bench.call()).toMatchObject({ cost: 1, seats: 1 })
    expect(bench.classifier.counts.failedExpressions).toBe(2)
  })

  test('put health checks into the system class, as long as there are few', () => {
    const bench = new Bench()
    const check = { ...arrival({}), path: '/grpc.health.v1.Health/Check' }
    const ranks = Array.from({ length: 12 }, () => {
      return flat(bench.classifier.classify(check, 'app')).rank
    })
    expect(ranks).toEqual([...Array.from({ length: 10 }, () => system), standard, standard])
  })
})

describe('a call that is settled by its answer', () => {
  const settle = { estimate: undefined, trailer: 'x-tokens', total: undefined, perMessage: 0, input: 7 }

  test.each([
    ['its cost, without an estimate', 300, undefined, 300],
    ['the estimate where that is less', 300, 64, 64],
    ['its cost where that is less', 40, 64, 40],
    ['one unit at least', 300, 0, 1],
    ['one unit at least, whatever its cost', 0, undefined, 1],
  ])('reserves %s', (_what, cost, estimate, reserved) => {
    const bench = new Bench({ policy: { cost, settle: { ...settle, estimate } } })
    expect(bench.call()).toMatchObject({ cost: reserved, input: 7 })
  })
})

describe('a request message', () => {
  const proto = join(import.meta.dirname, '../../../proto')
  const result = loadContract({ paths: [proto], roots: ['example/bank/v1/bank.proto'], budgets: ['scoring'] })
  if (!('ok' in result)) throw new Error('the bank does not load')
  const contract = result.ok
  const trust = { appMaximum: critical, identities: new Map(), isStrict: false }
  const score = { ...arrival({ 'x-account': 'acme' }), path: '/bank.v1.Risk/Score' }

  /** `amount` as the wire has it: field 2, a double. */
  function scoreRequest(amount: number): Uint8Array {
    const bytes = Buffer.alloc(9)
    bytes.writeUInt8(0x11, 0)
    bytes.writeDoubleLE(amount, 1)
    return bytes
  }

  function bank(): Classifier {
    return new Classifier({ contract, trust, topShare: DEFAULT_TOP_SHARE, clock: new ManualClock() })
  }

  test('is wanted only where a rule reads it', () => {
    expect(bank().needsRequest('/bank.v1.Risk/Score')).toBe(true)
    expect(bank().needsRequest('/bank.v1.Risk/Analyse')).toBe(false)
    expect(bank().needsRequest('/any.Other/Method')).toBe(false)
  })

  test('decides class and cost', () => {
    const large = flat(bank().classify(score, 'app', { kind: 'message', bytes: scoreRequest(10_001) }))
    expect(large).toMatchObject({
      rank: critical,
      cost: 5,
      tenant: 'acme',
      budget: 'scoring',
      request: { amount: 10_001 },
    })
    expect(flat(bank().classify(score, 'app', { kind: 'message', bytes: scoreRequest(10) }))).toMatchObject({
      rank: standard,
      cost: 1,
    })
  })

  test('that cannot be read leaves class and cost as declared, and is counted by reason', () => {
    const classifier = bank()
    const unreadable = ['too_large', 'compressed', 'malformed', 'none'] as const
    for (const reason of unreadable)
      expect(flat(classifier.classify(score, 'app', { kind: 'unreadable', reason }))).toMatchObject({
        rank: standard,
        cost: 1,
      })
    classifier.classify(score, 'app', { kind: 'message', bytes: Buffer.from([0x0a, 9]) })
    classifier.classify(score, 'app', { kind: 'message', bytes: new Uint8Array(65_537) })
    classifier.classify(score, 'app')
    expect(classifier.counts.unreadableRequests).toEqual({ too_large: 2, compressed: 1, malformed: 2, none: 2 })
    expect(classifier.counts.failedExpressions).toBe(0)
  })

  test('of one call is not seen by the next', () => {
    const classifier = bank()
    classifier.classify(score, 'app', { kind: 'message', bytes: scoreRequest(10_001) })
    expect(flat(classifier.classify(score, 'app', { kind: 'unreadable', reason: 'none' }))).toMatchObject({
      rank: standard,
    })
  })
})
