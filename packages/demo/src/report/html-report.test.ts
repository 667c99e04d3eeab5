import { expect, test } from 'vitest'
import { resultToJson } from '../demo-result.ts'
import { barChart, roundTop } from './bar-chart.ts'
import { htmlReport } from './html-report.ts'
import { sampleResult } from './sample-result.fixture.ts'
import { textReport } from './text-report.ts'

test('the page needs nothing from elsewhere', () => {
  const page = htmlReport(sampleResult())

  expect(page).not.toMatch(/(?:src|href)=|@import|url\(|<script/)
  expect(page.match(/<svg/g)).toHaveLength(5)
  expect(page.match(/<table/g)).toHaveLength(3)
})

test('the page shows the same figures as the text', () => {
  const result = sampleResult()
  const page = htmlReport(result)

  for (const { text } of result.verdict.findings) expect(page).toContain(text.replaceAll('>', '&gt;'))
  expect(page).toContain('<b>30.0 %</b>')
  expect(page).toContain('<b>100 %</b>')
})

test('text from outside cannot become markup', () => {
  const chart = barChart({
    title: '<b>&',
    series: [{ name: '"x"', style: 'ok', values: [1] }],
    seconds: 1,
    top: 1,
    phases: [{ fromSecond: 0, toSecond: 1, label: '<i>', style: 'even' }],
  })

  expect(chart).toContain('&lt;b&gt;&amp;')
  expect(chart).toContain('&quot;x&quot;')
  expect(chart).not.toContain('<i>')
})

test('bars stand on each other and never leave the chart', () => {
  const chart = barChart({
    title: 't',
    series: [
      { name: 'a', style: 'a', values: [30] },
      { name: 'b', style: 'b', values: [70] },
    ],
    seconds: 1,
    top: 100,
    phases: [],
  })
  const rects = [...chart.matchAll(/<rect class="(\w)" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g)]

  expect(rects.map(([, name, y, height]) => [name, Number(y), Number(height)])).toEqual([
    ['a', 127, 45],
    ['b', 22, 105],
  ])
})

test('a chart as wide as the page spreads over all of it, in letters of the same size', () => {
  const chart = { title: 't', series: [{ name: 'a', style: 'a', values: [1, 1] }], seconds: 2, top: 1, phases: [] }
  const rights = [...barChart({ ...chart, isWide: true }).matchAll(/<rect class="a" x="([\d.]+)".*?width="([\d.]+)"/g)]
    .map(([, x, width]) => Number(x) + Number(width)) // prettier-ignore

  expect(Math.max(...rights)).toBeGreaterThan(1_170)
  expect(barChart({ ...chart, isWide: true })).toContain('viewBox="0 0 1180 192"')
  expect(barChart(chart)).toContain('viewBox="0 0 560 192"')
})

test('the top of an axis is round and above every stack', () => {
  const series = (values: number[]) => [{ name: '', style: '', values }]
  expect(roundTop([series([83]), series([12])])).toBe(85)
  expect(roundTop([series([437])])).toBe(450)
  expect(roundTop([series([])])).toBe(1)
})

test('the text has a table for each act and one verdict', () => {
  const text = textReport(sampleResult()).join('\n')

  expect(text).toContain('act 1  without a sidecar')
  expect(text).toMatch(/class\s+offered\s+success\s+degraded\s+p50\s+p99\s+goodput\s+shed\s+busy/)
  expect(text).toMatch(/critical\s+40\s+100 %\s+0 %/)
  expect(text).toContain('verdict: everything came out as hoped')
})

test('the text says honestly what did not come out', () => {
  const result = sampleResult()
  const findings = [...result.verdict.findings, { holds: false, text: 'pigs did not fly' }]
  const text = textReport({ ...result, verdict: { isKept: true, findings } }).join('\n')

  expect(text).toContain('NO    pigs did not fly')
  expect(text).toContain('verdict: 1 of the hopes above did not come out')
})

test('the JSON form survives the way through text', () => {
  const plain = resultToJson(sampleResult())

  expect(JSON.parse(JSON.stringify(plain))).toMatchObject({
    acts: [
      { number: 1, classes: { critical: { offered: 40, fates: { ok: 12, busy: 28 } } } },
      { number: 2 },
      { number: 3 },
    ],
    breaker: { openedMs: 500, recoveredMs: 1_200 },
    verdict: { isKept: true },
  })
})
