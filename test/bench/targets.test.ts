import { expect, test } from 'vitest'
import type { BenchResult, PeerResult } from './bench-result.ts'
import { benchReport } from './bench-report.ts'
import { DIRECT } from './peer.ts'
import { PeerName } from './peers/index.ts'
import { judgeTargets, type Target } from './targets.ts'

function peer(name: string, callsPerSecond: number[], p99Ms = 1, residentMib: number[] = []): PeerResult {
  return {
    name,
    note: '',
    version: '',
    command: 'x',
    callsPerSecond,
    cpuUs: [12.34],
    p50Ms: [0.5],
    p99Ms: [p99Ms],
    residentMib,
  }
}

function result(...peers: PeerResult[]): BenchResult {
  return { machine: { cores: '2' }, commands: { throughput: 'h2load' }, peers, skipped: [] }
}

function target(judged: readonly Target[], part: string): Target | undefined {
  return judged.find(({ label }) => label.includes(part))
}

test('compares medians of rounds, so that one bad round does not decide', () => {
  const judged = judgeTargets(
    result(peer(PeerName.gated, [10, 1_000, 1_010]), peer(PeerName.nghttpx, [990, 995, 100_000])),
  )

  expect(target(judged, PeerName.nghttpx)).toMatchObject({ measured: '1.01 x', isMet: true })
})

test('a target just below what is wanted is missed', () => {
  const judged = judgeTargets(result(peer(PeerName.gated, [849]), peer(PeerName.bare, [1_000])))

  expect(target(judged, PeerName.bare)).toMatchObject({ measured: '0.85 x', isMet: false })
})

test('a target whose peer was skipped is neither met nor missed', () => {
  const judged = judgeTargets(result(peer(PeerName.gated, [1_000])))

  expect(target(judged, PeerName.haproxy)).toMatchObject({ measured: undefined })
  expect(benchReport(result(peer(PeerName.gated, [1_000])))).toContain('| skipped |')
})

test('added latency is what lies above the direct way, compared with nghttpx', () => {
  const judged = judgeTargets(
    result(peer(DIRECT, [9], 1), peer(PeerName.gated, [5], 1.4), peer(PeerName.nghttpx, [5], 1.3)),
  )

  expect(target(judged, 'p99')).toMatchObject({ wanted: '<= 0.30 ms (nghttpx)', measured: '0.40 ms', isMet: false })
})

test('a backend that is hardly faster than a peer spoils the run', () => {
  const judged = judgeTargets(result(peer(DIRECT, [1_100]), peer(PeerName.nghttpx, [1_000])))

  expect(target(judged, 'direct')).toMatchObject({ measured: '1.10 x', isMet: false })
})

test('memory that still grows in a long run is no fixed point', () => {
  const steady = peer(PeerName.gated, [1], 1, [60, 70, 70, 71, 70, 70, 71, 70, 70, 70, 70])
  const growing = peer(PeerName.gated, [1], 1, [60, 62, 64, 66, 68, 70, 72, 74, 76, 78, 79])

  expect(target(judgeTargets(result(steady)), 'repeats')).toMatchObject({ isMet: true })
  expect(target(judgeTargets(result(growing)), 'repeats')).toMatchObject({ isMet: false })
  expect(target(judgeTargets(result(peer(PeerName.gated, [1], 1, [60]))), 'repeats')).toBeUndefined()
})

test('the report names peers, figures, skipped ones, machine and commands', () => {
  const skipped = [{ name: 'HAProxy', reason: 'haproxy was not found' }]
  const report = benchReport({ ...result(peer(DIRECT, [2_000], 1), peer(PeerName.nghttpx, [1_000], 1.25)), skipped })

  expect(report).toContain(
    '| nghttpx | 1,000   | 0.50      | 1,000..1,000    | 12.3 us    | 0.00 ms   | 0.25 ms   | -        |',
  )
  expect(report).toContain('- skipped: HAProxy: haproxy was not found')
  expect(report).toContain('- cores: 2')
  expect(report).toContain('- throughput: `h2load`')
})
