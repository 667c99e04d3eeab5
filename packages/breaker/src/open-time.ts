import { jitter, type Random } from '@spillway/clock'
import type { BreakerSettings } from './breaker-settings.ts'

/**
 * How long the `openings`-th opening in a row lasts (1 for the first), in milliseconds: doubling up to the bound, then
 * spread, so that many sidecars do not probe one upstream in step.
 */
export function openTimeMs(openings: number, settings: BreakerSettings, random: Random): number {
  const grownMs = Math.min(settings.maxOpenMs, settings.openMs * 2 ** (openings - 1))
  return jitter(grownMs, settings.openJitter, random)
}
