import type { Clock } from '@spillway/clock'

/** Waits that long, or rejects with the signal's reason as soon as it aborts. */
export async function pause(clock: Clock, durationMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = clock.schedule(durationMs, resolve)
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    await promise
  } finally {
    signal.removeEventListener('abort', abort)
    timer.cancel()
  }
}
