import { systemClock } from '@spillway/clock'

/** Resolves after that time, or at once when the signal is aborted. */
export function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = systemClock.schedule(durationMs, resolve)
  signal?.addEventListener('abort', () => {
    timer.cancel()
    resolve()
  })
  return promise
}
