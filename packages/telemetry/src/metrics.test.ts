import { PriorityClass, Status } from '@spillway/call'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { SHED, TelemetryBench } from './call-ended.fixture.ts'
import { noGauges, type BudgetGauge, type LeaseGauge } from './gauges.ts'

const LABELS = 'direction="inbound",method="/chat.v1.Chat/Generate",class="standard"'

test('counts requests by decision and errors by status and origin', async () => {
  const bench = new TelemetryBench()
  bench.call()
  bench.call()
  bench.call(SHED)
  bench.call({ status: Status.INTERNAL, outcome: 'fault' })

  const text = await bench.telemetry.metrics.render()

  expect(text).toContain(`spillway_requests_total{${LABELS},decision="forwarded"} 3`)
  expect(text).toContain(`spillway_requests_total{${LABELS},decision="shed_overload"} 1`)
  expect(text).toContain(`spillway_errors_total{${LABELS},code="RESOURCE_EXHAUSTED",origin="sidecar"} 1`)
  expect(text).toContain(`spillway_errors_total{${LABELS},code="INTERNAL",origin="upstream"} 1`)
  expect(bench.telemetry.metrics.contentType).toBe(Registry.PROMETHEUS_CONTENT_TYPE)
})

test('gives durations per class as cumulative histograms, in seconds', async () => {
  const bench = new TelemetryBench()
  bench.call({ totalMs: 5, upstreamMs: 4 })
  bench.call({ totalMs: 60, upstreamMs: 30, queuedMs: 20 })
  bench.call({ totalMs: 60_000 })

  const text = await bench.telemetry.metrics.render()

  const name = 'spillway_request_duration_seconds'
  const lane = 'direction="inbound",class="standard"'
  expect(text).toContain(`# TYPE ${name} histogram`)
  expect(text).toContain(`${name}_bucket{${lane},le="0.0025"} 0`)
  expect(text).toContain(`${name}_bucket{${lane},le="0.005"} 1`)
  expect(text).toContain(`${name}_bucket{${lane},le="0.1"} 2`)
  expect(text).toContain(`${name}_bucket{${lane},le="+Inf"} 3`)
  expect(text).toContain(`${name}_sum{${lane}} 60.065`)
  expect(text).toContain(`${name}_count{${lane}} 3`)
  expect(text).toContain(`spillway_queue_wait_seconds_count{${lane}} 1`)
})

test('never makes a label of a tenant, a peer or an unknown path', async () => {
  const bench = new TelemetryBench()
  for (let index = 0; index < 1_000; index++) {
    bench.call({
      path: `/scan/${index}`,
      tenant: `account-${index}`,
      peer: { kind: 'anonymous', id: `peer-${index}` },
      status: Status.UNIMPLEMENTED,
    })
  }

  const text = await bench.telemetry.metrics.render()

  expect(text).not.toMatch(/scan|account-|peer-/)
  expect(text).toContain('method="_OTHER",class="standard",decision="forwarded"} 1000')
})

test('asks for state at each scrape', async () => {
  let state: 'open' | 'closed' = 'open'
  const bench = new TelemetryBench(undefined, {
    ...noGauges,
    breakers: () => [{ breaker: 'app/chat', state }],
    budgets: () => [aBudget('scoring', undefined), aBudget('tokens', A_LEASE)],
    offices: () => [
      { office: 'aggregator', isHeld: true },
      { office: 'allocator', isHeld: false },
    ],
    seats: () => [{ direction: 'inbound', upstream: 'app', limit: 8, inUse: 3 }],
    queues: () => [{ direction: 'outbound', upstream: 'risk', class: 'batch', length: 4 }],
    classifier: () => [{ result: 'claim_clamped', count: 7 }],
    rules: () => [{ method: '/a.B/C', rule: 'cached', result: 'failed', count: 2 }],
    shadows: () => [{ direction: 'inbound', upstream: 'app', gate: 'budget', verdict: 'refuse', count: 5 }],
    connections: () => [{ of: 'app', side: 'upstream', change: 'failed', count: 3 }],
  })

  const text = await bench.telemetry.metrics.render()
  expect(text).toContain('spillway_breaker_state{breaker="app/chat",state="open"} 1')
  expect(text).toContain('spillway_breaker_state{breaker="app/chat",state="closed"} 0')
  expect(text).toContain('spillway_budget_level{budget="scoring"} 12.5')
  expect(text).toContain('spillway_budget_calls_total{budget="scoring",result="refused"} 50')
  expect(text).toContain('spillway_budget_debt{budget="tokens"} 3')
  expect(text).toContain('spillway_budget_burst{budget="scoring"} 200')
  expect(text).toContain('spillway_budget_drawn_total{budget="tokens"} 800')
  expect(text).toContain('spillway_budget_unneeded_total{budget="tokens"} 70')
  expect(text).toContain('spillway_budget_overdrawn_total{budget="tokens"} 6')
  expect(text).toContain('spillway_budget_unsettled_total{budget="tokens"} 2')
  expect(text).toContain('spillway_budget_demand_per_second{budget="tokens",class="critical"} 40')
  expect(text).toContain('spillway_lease_total_rate_per_second{budget="tokens"} 1000')
  expect(text).toContain('spillway_lease_total_burst{budget="tokens"} 2000')
  expect(text).toContain('spillway_lease_cut_off{budget="tokens"} 1')
  expect(text).toContain('spillway_lease_epoch{budget="tokens"} 7')
  expect(text).not.toMatch(/spillway_lease_.*scoring/)
  expect(text).toContain('spillway_office_held{office="aggregator"} 1')
  expect(text).toContain('spillway_office_held{office="allocator"} 0')
  expect(text).toContain('spillway_seats_in_use{direction="inbound",upstream="app"} 3')
  expect(text).toContain('spillway_queue_length{direction="outbound",upstream="risk",class="batch"} 4')
  expect(text).toContain('spillway_classifier_total{result="claim_clamped"} 7')
  expect(text).toContain('spillway_fallback_rules_total{method="/a.B/C",rule="cached",result="failed"} 2')
  expect(text).toContain(
    'spillway_shadow_verdicts_total{direction="inbound",upstream="app",gate="budget",verdict="refuse"} 5',
  )
  expect(text).toContain('spillway_connections_total{of="app",side="upstream",change="failed"} 3')

  state = 'closed'
  expect(await bench.telemetry.metrics.render()).toContain('spillway_breaker_state{breaker="app/chat",state="open"} 0')
})

const A_LEASE: LeaseGauge = { totalRatePerSecond: 1_000, totalBurst: 2_000, isCutOff: true, epoch: 7 }

function aBudget(budget: string, lease: LeaseGauge | undefined): BudgetGauge {
  const now = { level: 12.5, debt: 3, ratePerSecond: 100, burst: 200, granted: 90, refused: 50 }
  const counts = { drawn: 800, unneeded: 70, overdrawn: 6, unsettled: 2 }
  return { budget, ...now, ...counts, demand: [{ class: 'critical', perSecond: 40 }], lease }
}

test('counts every other kind of event', async () => {
  const bench = new TelemetryBench()
  const peer = { kind: 'anonymous', id: 'somebody' } as const
  const { critical, standard } = PriorityClass
  const events = [
    { kind: 'breaker_changed', breaker: 'app/chat', from: 'closed', to: 'open', reason: '7 % errors' },
    { kind: 'request_unreadable', path: '/a/b', reason: 'too_large' },
    { kind: 'class_capped', path: '/a/b', peer, asked: critical, given: standard },
    { kind: 'config_reloaded', methods: 3 },
    { kind: 'config_rejected', problems: [] },
    { kind: 'advice_raised', reason: 'fenced', about: 'x', budget: 'tokens', count: 4, detail: '' },
    { kind: 'drain_started', inFlight: 3, graceMs: 1_000 },
    { kind: 'drain_ended', cut: 0, tookMs: 30 },
    { kind: 'operator_action', action: 'trip_breaker', target: 'x', by: 'tcp', isAllowed: false, reason: '' },
  ] as const
  for (const event of events) bench.telemetry.emit(event)
  bench.call({ decision: { kind: 'answered', rule: 'cached', reason: 'breaker_open' } })

  const text = await bench.telemetry.metrics.render()

  expect(text).toContain('spillway_breaker_transitions_total{breaker="app/chat",to="open"} 1')
  expect(text).toContain('spillway_requests_unreadable_total{reason="too_large"} 1')
  expect(text).toContain('spillway_class_capped_total{asked="critical",given="standard"} 1')
  expect(text).toContain('spillway_config_reloads_total{result="applied"} 1')
  expect(text).toContain('spillway_config_reloads_total{result="rejected"} 1')
  expect(text).toContain('spillway_advice_total{budget="tokens",reason="fenced"} 4')
  expect(text).toContain('spillway_drains_total{result="clean"} 1')
  expect(text).toContain('spillway_operator_actions_total{action="trip_breaker",result="denied"} 1')
  expect(text).toContain('spillway_fallback_answers_total{rule="cached",reason="breaker_open"} 1')
  expect(text).toMatch(/process_resident_memory_bytes \d+/)
})

test('bounds the labels that come with events', async () => {
  const bench = new TelemetryBench()
  for (let index = 0; index < 600; index++) {
    bench.telemetry.emit({ kind: 'breaker_changed', breaker: `b${index}`, from: 'closed', to: 'open', reason: '' })
  }

  const text = await bench.telemetry.metrics.render()

  expect(text.match(/^spillway_breaker_transitions_total\{/gm)).toHaveLength(513)
  expect(text).toContain('spillway_breaker_transitions_total{breaker="_OTHER",to="_OTHER"} 88')
})
