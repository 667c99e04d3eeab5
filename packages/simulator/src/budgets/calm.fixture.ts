import type { WorldConfig } from './world-config.ts'

/** Machines side by side. */
export const close = { delayMs: 1, jitterMs: 5, loss: 0, duplication: 0 }

/** Two regions of two sidecars that are asked for more than there is; nothing is lost, and no rule is switched off. */
export const calm: WorldConfig = {
  regions: 2,
  sidecars: 2,
  processes: 2,
  budget: { rate: 300, burst: 30 },
  floors: 0.1,
  drift: 0.02,
  between: { ...close, delayMs: 20 },
  inside: close,
  demand: () => [300, 0, 0, 0],
  sabotage: {},
}
