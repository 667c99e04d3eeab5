import { readFileSync } from 'node:fs'
import { ManualClock } from '@spillway/clock'
import { expect, test, vi } from 'vitest'
import { keepProgramPagesFew } from './program-pages.ts'

const isLinux = process.platform === 'linux'

/** Pages of files that are mapped into this process, in KiB: proc_pid_status(5). */
function residentFileKib(): number {
  return Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
}

test.runIf(isLinux)('pages of the program that only the start needed are let go of, again and again', () => {
  const clock = new ManualClock()
  const stop = keepProgramPagesFew(clock)
  const atStart = residentFileKib()
  clock.advance(999)
  const before = residentFileKib()
  clock.advance(1)
  const after = residentFileKib()
  for (let round = 0; round < 200; round++) new Intl.Collator(['de', 'fr', 'ja'][round % 3]).compare('a', 'b')
  new RegExp('(a|b)*c').test('ababc')
  const touched = residentFileKib()
  clock.advance(2_000)
  const again = residentFileKib()
  stop()

  expect(before).toBeGreaterThan(0.9 * atStart)
  expect(after).toBeLessThan(0.7 * before)
  expect(touched).toBeGreaterThan(after)
  expect(again).toBeLessThan(touched)
  expect(clock.pendingTasks).toBe(0)
})

test.runIf(isLinux)('each pause is twice as long as the one before, up to ten minutes', () => {
  const clock = new ManualClock()
  const schedule = vi.spyOn(clock, 'schedule')
  const stop = keepProgramPagesFew(clock)
  clock.advance(1_700_000)
  stop()

  const pausesS = schedule.mock.calls.map(([delayMs]) => delayMs / 1_000)
  expect(pausesS).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600])
})

test.runIf(isLinux)('nobody is told that FFI is an experiment', () => {
  const warnings: string[] = []
  const note = (warning: Error): void => void warnings.push(warning.message)
  process.on('warning', note)
  keepProgramPagesFew(new ManualClock())()
  process.off('warning', note)

  expect(warnings).toEqual([])
})
