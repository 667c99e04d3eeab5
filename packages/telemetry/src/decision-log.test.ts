import { PriorityClass, Status } from '@spillway/call'
import { expect, test } from 'vitest'
import { SHED, TelemetryBench } from './call-ended.fixture.ts'
import { defaultDecisionLogConfig } from './decision-log.ts'

test('writes a refusal as one structured line', () => {
  const bench = new TelemetryBench({ ...defaultDecisionLogConfig, base: { service: 'inference' } })
  bench.call(SHED)

  expect(bench.text[0]).toMatch(/^\{.*\}\n$/)
  expect(bench.lines).toEqual([
    {
      level: 'info',
      time: '2026-01-02T03:04:05.000Z',
      service: 'inference',
      event: 'ResourceExhausted',
      direction: 'inbound',
      method: '/chat.v1.Chat/Generate',
      class: 'standard',
      upstream: 'app',
      decision: 'shed_overload',
      status: 'RESOURCE_EXHAUSTED',
      origin: 'sidecar',
      outcome: 'unsent',
      totalMs: 0.1,
      queuedMs: 0,
      upstreamMs: 0,
      peer: '10.0.0.7',
      pushbackMs: 80,
      limit: 8,
      queued: 64,
    },
  ])
})

test('names events as people search for them', () => {
  const bench = new TelemetryBench()
  bench.call({
    ...SHED,
    decision: { kind: 'refused', refusal: { kind: 'budget_exhausted', pushbackMs: 5, budget: 'b' } },
  })
  bench.call({ decision: { kind: 'answered', rule: 'cached', reason: 'breaker_open' } })
  bench.call({ status: Status.INTERNAL, outcome: 'fault' })
  bench.call({ status: Status.RESOURCE_EXHAUSTED, outcome: 'backpressure' })
  bench.telemetry.emit({ kind: 'breaker_changed', breaker: 'b', from: 'closed', to: 'open', reason: '7 % of 40' })

  expect(bench.lines.map((line) => [line['event'], line['level']])).toEqual([
    ['RateLimitExceeded', 'info'],
    ['FallbackAnswered', 'info'],
    ['CallFailed', 'info'],
    ['UpstreamBusy', 'info'],
    ['BreakerOpened', 'warn'],
  ])
  expect(bench.lines[4]).toMatchObject({ breaker: 'b', from: 'closed', to: 'open', reason: '7 % of 40' })
})

test('samples calls that went well', () => {
  const bench = new TelemetryBench({ ...defaultDecisionLogConfig, successEvery: 10 })
  for (let index = 0; index < 100; index++) bench.call()
  expect(bench.lines).toHaveLength(10)

  const silent = new TelemetryBench({ ...defaultDecisionLogConfig, successEvery: 0 })
  for (let index = 0; index < 100; index++) silent.call()
  expect(silent.lines).toHaveLength(0)
})

test('limits a flood, says how much it left out, and still writes what else happens', async () => {
  const bench = new TelemetryBench()
  for (let index = 0; index < 10_000; index++) bench.call(SHED)
  bench.telemetry.emit({ kind: 'breaker_changed', breaker: 'b', from: 'closed', to: 'open', reason: '' })
  expect(bench.lines.map((line) => line['event'])).toEqual([
    ...Array.from({ length: 50 }, () => 'ResourceExhausted'),
    'BreakerOpened',
  ])

  bench.clock.advance(100)
  bench.call(SHED)
  expect(bench.lines.at(-1)).toMatchObject({ event: 'ResourceExhausted', suppressed: 9_950 })

  bench.call(SHED)
  bench.telemetry.close()
  expect(bench.lines.at(-1)).toMatchObject({ event: 'LinesSuppressed', of: 'ResourceExhausted', suppressed: 1 })
  const text = await bench.telemetry.metrics.render()
  expect(text).toContain('spillway_log_lines_suppressed_total{event="ResourceExhausted"} 9951')
})

test('shows a tenant as a hash only, and cuts what a peer chose', () => {
  const bench = new TelemetryBench()
  bench.call({ ...SHED, tenant: 'account-4711', path: `/a/${'b'.repeat(10_000)}` })

  expect(bench.text[0]).not.toContain('account-4711')
  expect(bench.text[0]?.length).toBeLessThan(1_000)
  expect(bench.lines[0]?.['tenantHash']).toMatch(/^[0-9a-f]{12}$/)
})

test('keeps a line one line, whatever a peer sends', () => {
  const bench = new TelemetryBench()
  bench.call({ ...SHED, path: '/a/b\n{"event":"BreakerOpened"}' })

  expect(bench.text[0]?.indexOf('\n')).toBe((bench.text[0]?.length ?? 0) - 1)
})

test('says what is wrong with a rejected configuration', () => {
  const bench = new TelemetryBench()
  const problem = {
    severity: 'error',
    place: 'a.yaml:3',
    message: 'no such class: URGENT',
    fix: 'write CRITICAL',
  } as const
  bench.telemetry.emit({ kind: 'config_rejected', problems: Array.from({ length: 30 }, () => problem) })
  bench.telemetry.emit({
    kind: 'class_capped',
    path: '/a/b',
    peer: { kind: 'identity', id: 'web' },
    asked: PriorityClass.critical,
    given: PriorityClass.batch,
  })

  expect(bench.lines[0]).toMatchObject({ event: 'ConfigRejected', level: 'warn', problemCount: 30 })
  expect(bench.lines[0]?.['problems']).toHaveLength(20)
  expect(bench.text[0]).toContain('a.yaml:3: error: no such class: URGENT. Fix: write CRITICAL.')
  expect(bench.lines[1]).toMatchObject({ event: 'ClassCapped', peer: 'web', asked: 'critical', given: 'batch' })
})
