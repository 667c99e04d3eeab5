import type { Random } from '@spillway/clock'

/** Draws the time that one piece of work takes, in milliseconds. */
export type ServiceTime = () => number

/**
 * Lognormal service times with that mean and coefficient of variation (standard deviation over mean): most work is
 * short, some is long, none is negative. Normal deviates by Box and Muller (1958).
 */
export function lognormalServiceTime(meanMs: number, variation: number, random: Random): ServiceTime {
  const variance = Math.log(1 + variation * variation)
  const mu = Math.log(meanMs) - variance / 2
  const sigma = Math.sqrt(variance)
  return () => Math.exp(mu + sigma * standardNormal(random))
}

function standardNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
  return radius * Math.cos(2 * Math.PI * random.next())
}
