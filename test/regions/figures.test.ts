import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AdmissionLog, readLogs, type Decision } from './admission-log.ts'
import { figuresOf, worstExcess } from './figures.ts'
import { TERMS } from './terms.ts'

const { rate, burst } = TERMS.share

function admissions(count: number, everyMs: number, isAdmitted = true): Decision[] {
  return Array.from({ length: count }, (_, index) => ({ atMs: index * everyMs, tier: 0, isAdmitted }))
}

test('a steady flow at the rate has no excess but the call itself', () => {
  expect(worstExcess(admissions(3_000, 1_000 / rate))).toBeCloseTo(1)
})

test('a flow above the rate is found out, however small the surplus', () => {
  const overspent = admissions(20_000, 1_000 / (rate * 1.02))

  expect(worstExcess(overspent)).toBeGreaterThan(burst)
})

test('an excess in the middle of a quiet time is found', () => {
  const quiet = admissions(100, 50)
  const spike = Array.from({ length: burst + 2 }, () => ({ atMs: 2_500, tier: 1, isAdmitted: true }))

  expect(worstExcess([...quiet, ...spike].sort((one, other) => one.atMs - other.atMs))).toBeGreaterThan(burst)
})

test('refused calls count as offered only', () => {
  const refused = admissions(100, 10, false)
  const figures = figuresOf([...admissions(100, 10), ...refused], 0, 1_000)

  expect(figures).toMatchObject({ admitted: 100, offered: 200, criticalServed: 0.5, utilisation: 0.5 })
})

test('a log that a kill cut short is read up to its last whole record', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-log-'))
  const path = join(folder, 'a.log')
  const log = new AdmissionLog(path)
  log.append({ atMs: 2, tier: 1, isAdmitted: true })
  log.append({ atMs: 1, tier: 2, isAdmitted: false })
  writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from([1, 2, 3])]))

  expect(readLogs([path])).toEqual([
    { atMs: 1, tier: 2, isAdmitted: false },
    { atMs: 2, tier: 1, isAdmitted: true },
  ])
  rmSync(folder, { recursive: true })
})
