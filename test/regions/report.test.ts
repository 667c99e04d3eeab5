import { expect, test } from 'vitest'
import { pageOf, phasesOf, tableOf, verdictOf } from './report.ts'
import type { TourResult } from './tour.ts'

function aResult(worstOfBurst: number): TourResult {
  const seconds = [
    [400, 200],
    [400, 300],
    [100, 90],
    [100, 110],
  ] as const
  const figures = { worstOfBurst, utilisation: 0.9, admitted: 700, offered: 1_000, criticalServed: 1, seconds }
  return {
    joint: 'gateways',
    script: {
      seconds: 4,
      steps: [
        { atS: 0, label: 'hot spot', act: () => undefined },
        { atS: 2, label: 'quiet', act: () => undefined },
      ],
    },
    figures: new Map([['leases', figures]]),
    advisories: new Map([['office', 3]]),
    mostAllocators: 1,
  }
}

test('says whether the promise held', () => {
  expect(verdictOf(aResult(1))).toMatch(/^kept/)
  expect(verdictOf(aResult(1.01))).toMatch(/^BROKEN/)
})

test('shows rates between one event and the next', () => {
  const [, hot, quiet] = phasesOf(aResult(0.5)).split('\n')

  expect(hot).toMatch(/^0 s\s+hot spot\s+400\s+250/)
  expect(quiet).toMatch(/^2 s\s+quiet\s+100\s+100/)
})

test('the page stands alone and holds the table', () => {
  const page = pageOf(aResult(0.5))

  expect(page).toContain(tableOf(aResult(0.5)))
  expect(page).not.toMatch(/NaN|undefined|https?:/)
})
