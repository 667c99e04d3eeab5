import { expect, test } from 'vitest'
import { RunProgress } from './run-progress.ts'

function shownOn(isTTY: boolean): { readonly text: () => string; readonly at: (ms: number, done: number) => void } {
  let nowMs = 0
  let text = ''
  const progress = new RunProgress(2, { isTTY, write: (more: string) => (text += more) }, () => nowMs)
  progress.begin('one')
  progress.begin('steady')
  const at = (ms: number, done: number): void => {
    nowMs = ms
    progress.show(done)
  }
  return { text: () => text, at }
}

test('says which run it is, how far, and how long it will still take', () => {
  const { text, at } = shownOn(true)
  at(30_000, 0.25)

  expect(text()).toBe('\r\x1b[K2 of 2: steady · 25 %, 0:30, about 1:30 to go')
})

test('goes by how fast it was lately', () => {
  const { text, at } = shownOn(true)
  at(10_000, 0.5)
  at(30_000, 0.75)

  expect(text()).toContain('75 %, 0:30, about 0:20 to go')
})

test('where nothing can be overwritten it writes a line now and then', () => {
  const { text, at } = shownOn(false)
  for (let ms = 0; ms <= 60_000; ms += 1_000) at(ms, ms / 120_000)

  expect(text().split('\n')).toHaveLength(3)
})
