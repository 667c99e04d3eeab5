import { expect, test } from 'vitest'
import { POLICIES, type Decision } from './admission-log.ts'
import { pageOf } from './page.ts'
import {
  classRowsOf,
  classTableOf,
  closingRowsOf,
  isKept,
  phaseRowsOf,
  phaseTableOf,
  tableOf,
  verdictOf,
} from './report.ts'
import { TERMS } from './terms.ts'
import { logsOf, type TourResult } from './tour-result.ts'

/** Two seconds: one of critical calls that are all served, one of sheddable ones of which half are. */
function aResult(witnessed: readonly Decision[] = [{ atMs: 5, tier: 0, isAdmitted: true }]): TourResult {
  const critical = Array.from({ length: 100 }, (_, index) => ({ atMs: 10 * index, tier: 0, isAdmitted: true }))
  const sheddable = critical.map(({ atMs }, index) => {
    const isLost = index % 2 === 1 && ({ isLost: true } as const)
    return { atMs: 1_000 + atMs, tier: 2, isAdmitted: index % 2 === 0, ...isLost }
  })
  return {
    joint: 'gateways',
    phases: [
      { kind: 'surge', label: 'critical surge', span: { fromMs: 0, toMs: 1_000 } },
      { kind: 'fault', label: 'all gone', span: { fromMs: 1_000, toMs: 2_000 } },
    ],
    logs: logsOf(() => [...critical, ...sheddable], witnessed),
    advisories: new Map([['office', 3]]),
    mostAllocators: 1,
  }
}

const tooMany = Array.from({ length: TERMS.share.burst + 1 }, () => ({ atMs: 5, tier: 0, isAdmitted: true }))

test('says whether the promise held by what the apps saw; without a call nothing is proved', () => {
  expect(verdictOf(aResult())).toMatch(/^kept: of 1 calls/)
  expect(verdictOf(aResult(tooMany))).toMatch(/^BROKEN/)
  expect([isKept(aResult()), isKept(aResult(tooMany)), isKept(aResult([]))]).toEqual([true, false, false])
})

test('shows each phase beside what others do', () => {
  const [, , surge, fault] = phaseTableOf(aResult()).split('\n')

  expect(surge).toMatch(/^ 1 {2}0 s\s+critical surge\s+100 100 100\s+100\.0 100\.0 100\.0/)
  expect(fault).toMatch(/^ 2 {2}1 s\s+all gone\s+50 {2}50 {2}50\s+100\.0/)
})

test('shows what was offered beside what was served, by class', () => {
  const [, surge, fault] = classTableOf(aResult()).split('\n')

  expect(surge).toMatch(/critical surge\s+100 {2}100\.0 %\s+0/)
  expect(fault).toMatch(/all gone\s+0 {2}100\.0 %\s+0 {2}100\.0 %\s+100 {3}50\.0 %\s+0, 50$/)
})

test('the closing table has a line for each way of sharing', () => {
  const [, ...rows] = tableOf(aResult()).split('\n')

  expect(rows).toHaveLength(POLICIES.length)
  expect(rows[0]).toMatch(
    /^leases \(ours\)\s+0\.00\s+75\.0 %\s+100\.0 %\s+100\.0 %\s+100\.0 %\s+100\.0 %\s+150 of 200$/,
  )
})

test('the page stands alone, holds the tables and draws a line for each way of sharing, in both plots', () => {
  const page = pageOf(aResult())

  for (const rowsOf of [closingRowsOf, phaseRowsOf, classRowsOf]) {
    for (const cell of rowsOf(aResult()).flat()) expect(page).toContain(`>${cell}</t`)
  }
  expect(page.match(/<polyline/g)).toHaveLength(2 * POLICIES.length + 1)
  expect(page.match(/<strong>100\.0 %<\/strong>/g)).toHaveLength(POLICIES.length)
  expect(page).not.toMatch(/NaN|undefined|Infinity|https?:/)
  expect(page).not.toContain('BROKEN')
  expect(pageOf(aResult(tooMany))).toContain('promise BROKEN')
})
