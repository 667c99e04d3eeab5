import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AdmissionLog, readLogs, type Decision } from './admission-log.ts'
import { figuresOf, secondsOf, servedOf, worstExcess, type Span } from './figures.ts'
import { TERMS } from './terms.ts'

const { rate, burst } = TERMS.share
const always: Span = { fromMs: 0, toMs: Number.POSITIVE_INFINITY }

function calls(count: number, everyMs: number, isAdmitted = true, tier = 0): Decision[] {
  return Array.from({ length: count }, (_, index) => ({ atMs: index * everyMs, tier, isAdmitted }))
}

test('a steady flow at the rate has no excess but the call itself', () => {
  expect(worstExcess(calls(3_000, 1_000 / rate), [always])).toBeCloseTo(1)
})

test('a flow above the rate is found out, however small the surplus', () => {
  expect(worstExcess(calls(40_000, 1_000 / (rate * 1.02)), [always])).toBeGreaterThan(burst)
})

test('an excess in the middle of a quiet time is found, and counts for the phase in which it is reached', () => {
  const spike = Array.from({ length: burst + 2 }, () => ({ atMs: 2_500, tier: 1, isAdmitted: true }))
  const all = [...calls(100, 50), ...spike].sort((one, other) => one.atMs - other.atMs)

  expect(worstExcess(all, [{ fromMs: 2_000, toMs: 3_000 }])).toBeGreaterThan(burst)
  expect(worstExcess(all, [{ fromMs: 0, toMs: 2_000 }])).toBeLessThan(burst)
})

test('refused calls count as offered only, by class', () => {
  const log = { calls: [...calls(50, 20), ...calls(50, 20, false), ...calls(100, 10, false, 2)], admissions: [] }
  const figures = figuresOf(log, [{ fromMs: 0, toMs: 1_000 }])

  expect(figures).toMatchObject({ offered: [100, 0, 100], admitted: [50, 0, 0], utilisation: 0.25 })
  expect([servedOf(figures, 0), servedOf(figures, 1), servedOf(figures, 2)]).toEqual([0.5, 1, 0])
})

test('more calls than the rate cannot be expected to be served, in the last part of a second neither', () => {
  const admitted = calls(rate * 1.5, 1_000 / rate)
  const refused = calls(rate * 1.5, 1_000 / rate, false)
  const { utilisation } = figuresOf({ calls: [...admitted, ...refused], admissions: [] }, [{ fromMs: 0, toMs: 1_500 }])

  expect(utilisation).toBeCloseTo(1)
})

test('a stretch of time is counted second by second', () => {
  expect(secondsOf(calls(25, 100), { fromMs: 0, toMs: 1_500 })).toEqual([
    { share: 1, offered: 10, admitted: 10 },
    { share: 0.5, offered: 5, admitted: 5 },
  ])
})

test('a log that a kill cut short is read up to its last whole record', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-log-'))
  const path = join(folder, 'a.log')
  const log = new AdmissionLog(path)
  log.append({ atMs: 2, tier: 1, isAdmitted: true })
  log.append({ atMs: 1, tier: 2, isAdmitted: false })
  log.append({ atMs: 3, tier: 0, isAdmitted: false, isLost: true })
  writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from([1, 2, 3])]))

  expect(readLogs([path])).toEqual([
    { atMs: 1, tier: 2, isAdmitted: false },
    { atMs: 2, tier: 1, isAdmitted: true },
    { atMs: 3, tier: 0, isAdmitted: false, isLost: true },
  ])
  rmSync(folder, { recursive: true })
})
