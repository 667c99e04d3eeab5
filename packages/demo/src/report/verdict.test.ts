import { expect, test } from 'vitest'
import { sampleAct, sampleFaults, sampleResult } from './sample-result.fixture.ts'
import { judge } from './verdict.ts'

const busy = { ok: { critical: 3, standard: 3, sheddable: 3 }, otherwise: 'busy' } as const

test('holds in every point when critical calls live, work goes on and the breaker does its part', () => {
  const { verdict } = sampleResult()

  expect(verdict.isKept).toBe(true)
  expect(verdict.findings.filter(({ holds }) => !holds)).toEqual([])
  expect(verdict.findings[0]?.text).toContain('30.0 % without the sidecar, 100 % behind it')
})

test('breaks the promise when critical calls fare no better behind the sidecar', () => {
  const { isKept, findings } = judge(sampleAct(1, 'a', busy), sampleAct(2, 'b', busy), sampleFaults())

  expect(isKept).toBe(false)
  expect(findings[0]?.holds).toBe(false)
})

test('keeps the promise but says so when critical calls fare better and not well', () => {
  const better = sampleAct(2, 'b', { ok: { critical: 8, standard: 1, sheddable: 1 }, otherwise: 'refused' })

  const { isKept, findings } = judge(sampleAct(1, 'a', busy), better, sampleFaults())

  expect(isKept).toBe(true)
  expect(findings[0]?.holds).toBe(false)
})

test('notices throughput that was lost', () => {
  const starved = sampleAct(2, 'b', { ok: { critical: 7, standard: 0, sheddable: 0 }, otherwise: 'refused' })

  const { findings } = judge(sampleAct(1, 'a', busy), starved, sampleFaults())

  expect(findings.find(({ text }) => text.includes('as much work'))?.holds).toBe(false)
})

test('notices a less important class that fared better', () => {
  const inverted = sampleAct(2, 'b', { ok: { critical: 10, standard: 1, sheddable: 5 }, otherwise: 'refused' })

  const { findings } = judge(sampleAct(1, 'a', busy), inverted, sampleFaults())

  expect(findings.find(({ text }) => text.includes('gave way first'))?.holds).toBe(false)
})

test('notices a breaker that did not open, did not close, and calls that no rule answered', () => {
  const { without, behind } = sampleResult()
  const failing = sampleAct(3, 'c', { ok: { critical: 5, standard: 5, sheddable: 5 }, otherwise: 'failed' })
  const faults = {
    ...sampleFaults(),
    act: failing,
    faulty: failing.phases[1],
    openedMs: undefined,
    recoveredMs: undefined,
  }

  const missed = judge(without, behind, faults).findings.filter(({ holds }) => !holds)

  expect(missed.map(({ text }) => text)).toEqual([
    'the breaker did not open while half of the calls failed',
    expect.stringContaining('by no rule'),
    'the breaker did not close again in time',
  ])
})
