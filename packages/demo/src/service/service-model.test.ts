import { ManualClock, SeededRandom, type Clock, type Timer } from '@spillway/clock'
import { expect, test } from 'vitest'
import { ServiceModel } from './service-model.ts'
import { lognormalServiceTime } from './service-time.ts'

const nothing = (): void => undefined

test('runs as much at a time as it has slots, and the rest in order of arrival', () => {
  const clock = new ManualClock()
  const model = new ServiceModel(clock, { slots: 2, queue: 10 }, () => 100)
  const ended: string[] = []
  for (const name of ['a', 'b', 'c', 'd', 'e']) model.submit(() => ended.push(`${name}@${clock.nowMs()}`))

  expect([model.running, model.queued]).toEqual([2, 3])
  clock.advance(1_000)

  expect(ended).toEqual(['a@100', 'b@100', 'c@200', 'd@200', 'e@300'])
})

test('turns work away when slots and queue are full, and takes it again when one place is free', () => {
  const clock = new ManualClock()
  const model = new ServiceModel(clock, { slots: 1, queue: 1 }, () => 100)

  expect([model.submit(nothing), model.submit(nothing)]).not.toContain(undefined)
  expect(model.submit(nothing)).toBeUndefined()
  clock.advance(100)
  expect(model.submit(nothing)).toBeDefined()
})

test('gives its whole capacity under overload, no more and no less', () => {
  const clock = new ManualClock()
  const serviceTime = lognormalServiceTime(100, 0.5, new SeededRandom(7))
  const model = new ServiceModel(clock, { slots: 8, queue: 64 }, serviceTime)
  let done = 0
  const offer = (): void => {
    model.submit(() => done++)
    clock.schedule(1_000 / 480, offer)
  }
  offer()

  clock.advance(60_000)

  const perSecond = done / 60
  expect(perSecond).toBeGreaterThan(78)
  expect(perSecond).toBeLessThan(82)
})

test('loses no capacity to timers that fire late', () => {
  const clock = new ManualClock()
  const late = new LateClock(clock, 5)
  const model = new ServiceModel(late, { slots: 1, queue: 100 }, () => 10)
  let done = 0
  for (let job = 0; job < 100; job++) model.submit(() => done++)

  clock.advance(1_000 + 5)

  expect(done).toBe(100)
})

test('starts nothing before it arrived, however late the work before it was noticed', () => {
  const clock = new ManualClock()
  const late = new LateClock(clock, 50)
  const model = new ServiceModel(late, { slots: 1, queue: 1 }, () => 100)
  const ended: number[] = []
  model.submit(() => ended.push(clock.nowMs()))
  clock.advance(140)
  model.submit(() => ended.push(clock.nowMs()))

  clock.advance(1_000)

  expect(ended).toEqual([150, 140 + 100 + 50])
})

test('drops cancelled work from the queue, and lets running work keep its slot', () => {
  const clock = new ManualClock()
  const model = new ServiceModel(clock, { slots: 1, queue: 2 }, () => 100)
  const ended: string[] = []
  const running = model.submit(() => ended.push('running'))
  const queued = model.submit(() => ended.push('queued'))
  model.submit(() => ended.push(`last@${clock.nowMs()}`))
  if (running === undefined || queued === undefined) throw new Error('both were to be taken')

  model.cancel(running)
  model.cancel(queued)
  clock.advance(1_000)

  expect(ended).toEqual(['last@200'])
})

/** A clock whose every timer fires late, as under load. */
class LateClock implements Clock {
  readonly #clock: ManualClock
  readonly #latenessMs: number

  constructor(clock: ManualClock, latenessMs: number) {
    this.#clock = clock
    this.#latenessMs = latenessMs
  }

  nowMs(): number {
    return this.#clock.nowMs()
  }

  wallMs(): number {
    return this.#clock.wallMs()
  }

  schedule(delayMs: number, task: () => void): Timer {
    return this.#clock.schedule(Math.max(0, delayMs) + this.#latenessMs, task)
  }
}
