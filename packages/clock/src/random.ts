/** The only door to randomness. */
export interface Random {
  /** A number in [0, 1), uniformly distributed. */
  next(): number
}

/** The process's own generator. Not for secrets. */
export const systemRandom: Random = { next: () => Math.random() }

/**
 * A reproducible generator: the same seed gives the same numbers on every machine.
 * Algorithm: splitmix32 (G. Steele et al., "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, 32-bit form).
 */
export class SeededRandom implements Random {
  #state: number

  /** Takes any integer; only its low 32 bits count. */
  constructor(seed: number) {
    this.#state = seed | 0
  }

  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let mixed = this.#state ^ (this.#state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

/** `baseMs` spread evenly over `baseMs * (1 ± spread)`, so that many parties do not act in step. */
export function jitter(baseMs: number, spread: number, random: Random): number {
  return baseMs * (1 + spread * (2 * random.next() - 1))
}
