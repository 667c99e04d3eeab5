import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PriorityClass } from '@spillway/call'
import { Budgets, type Budget } from '@spillway/budget'
import { ManualClock } from '@spillway/clock'
import type { SidecarEvent } from '@spillway/telemetry'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UsageTotals } from './usage-totals.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'spillway-usage-'))))
afterEach(() => rmSync(folder, { recursive: true }))

/** One life of a process that keeps its usage in that file. */
async function aLife(file: string) {
  const clock = new ManualClock()
  const budgets = Budgets.local(clock, { tokens: { rate: 1, burst: 1_000 } })
  const events: SidecarEvent[] = []
  const parts = { clock, emit: (event: SidecarEvent) => void events.push(event), snapshot: () => budgets.snapshot() }
  const usage = new UsageTotals(file, parts)
  await usage.start()
  const use = (units: number): boolean | undefined => tokensOf(budgets)?.take(PriorityClass.critical, units)
  return { usage, use, budgets, events, clock }
}

function tokensOf(budgets: Budgets<never, Budget>): Budget | undefined {
  return budgets.find('tokens')
}

test('goes on counting where the process before it ended', async () => {
  const file = join(folder, 'deep', 'usage.json')
  const first = await aLife(file)
  first.use(30)
  await first.usage.close()

  const second = await aLife(file)
  second.use(12)

  expect(second.usage.of('tokens')).toBe(42)
  await second.usage.close()
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ used: { tokens: 42 } })
})

test('leaves out what was given back', async () => {
  const { usage, use, budgets } = await aLife(join(folder, 'usage.json'))
  use(30)
  expect(usage.of('tokens')).toBe(30)

  tokensOf(budgets)?.settle(PriorityClass.critical, 10, 0, 0)

  expect(usage.of('tokens')).toBe(20)
})

test('keeps the total of a budget that is gone for a while', async () => {
  const { usage, use, budgets } = await aLife(join(folder, 'usage.json'))
  use(30)
  usage.of('tokens')
  budgets.reconfigure({})
  expect(usage.of('tokens')).toBe(30)
  budgets.reconfigure({ tokens: { rate: 1, burst: 1_000 } })
  use(5)

  expect(usage.of('tokens')).toBe(35)
})

test.each([
  ['no JSON', 'half a li'],
  ['something else', '{"used":{"tokens":-1}}'],
])('puts a file aside that holds %s, says so, and counts from 0', async (_, text) => {
  const file = join(folder, 'usage.json')
  writeFileSync(file, text)

  const { usage, use, events } = await aLife(file)
  use(3)

  expect(usage.of('tokens')).toBe(3)
  expect(events).toEqual([expect.objectContaining({ kind: 'usage_unsaved', file })])
  expect(readFileSync(`${file}.unreadable`, 'utf8')).toBe(text)
})

test('tells when it cannot write, and goes on', async () => {
  writeFileSync(join(folder, 'file'), '')
  const { usage, use, events } = await aLife(join(folder, 'file', 'usage.json'))
  use(3)

  await usage.close()

  expect(usage.of('tokens')).toBe(3)
  expect(events.at(-1)).toMatchObject({ kind: 'usage_unsaved' })
})

test('never leaves a half-written file in the place of the whole one', async () => {
  const file = join(folder, 'usage.json')
  const { usage, use } = await aLife(file)
  use(3)
  await usage.close()

  expect(existsSync(`${file}.new`)).toBe(false)
})
