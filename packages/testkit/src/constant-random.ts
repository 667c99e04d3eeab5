import type { Random } from '@spillway/clock'

/** Gives one number for ever: 0.5 takes the jitter out of `jitter`. For numbers that vary, use `SeededRandom`. */
export class ConstantRandom implements Random {
  readonly #value: number

  /** `value` lies in [0, 1). */
  constructor(value = 0.5) {
    this.#value = value
  }

  next(): number {
    return this.#value
  }
}
