import type { Clock, Timer } from '@spillway/clock'

/** Runs `task` every `periodMs`, the first time after one period, until disposed of. */
export function every(clock: Clock, periodMs: number, task: () => void): Disposable {
  let timer: Timer
  const wait = (): void => {
    timer = clock.schedule(periodMs, () => {
      wait()
      task()
    })
  }
  wait()
  return { [Symbol.dispose]: () => timer.cancel() }
}
