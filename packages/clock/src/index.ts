export type { Clock, Timer } from './clock.ts'
export { ManualClock } from './manual-clock.ts'
export { SeededRandom, jitter, systemRandom, type Random } from './random.ts'
export { systemClock } from './system-clock.ts'
