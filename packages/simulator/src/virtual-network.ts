import type { Clock, Random } from '@spillway/clock'

/** How messages travel between two places. */
export interface LinkConditions {
  readonly delayMs: number
  /** Up to this much is added at random, which also reorders. */
  readonly jitterMs: number
  /** Fraction that is lost. */
  readonly loss: number
  /** Fraction that arrives twice. */
  readonly duplication: number
}

/**
 * Carries messages between named places in virtual time, as badly as told to. A place `r0.s1` lies in `r0`; a cut may name
 * either. Whether a message gets through a cut is decided when it is sent.
 */
export class VirtualNetwork {
  readonly #clock: Clock
  readonly #random: Random
  readonly #conditionsOf: (from: string, to: string) => LinkConditions
  readonly #cuts = new Set<string>()
  #sent = 0

  constructor(clock: Clock, random: Random, conditionsOf: (from: string, to: string) => LinkConditions) {
    this.#clock = clock
    this.#random = random
    this.#conditionsOf = conditionsOf
  }

  /** Messages sent so far, lost ones included. */
  get sent(): number {
    return this.#sent
  }

  /** Stops what goes from one place to another; the other direction is a cut of its own. */
  cut(from: string, to: string): void {
    this.#cuts.add(`${from}>${to}`)
  }

  /** Ends a cut. */
  heal(from: string, to: string): void {
    this.#cuts.delete(`${from}>${to}`)
  }

  /** Calls `deliver` when the message arrives: never, once or twice. */
  send(from: string, to: string, deliver: () => void): void {
    this.#sent++
    if (this.#isCut(from, to)) return
    const conditions = this.#conditionsOf(from, to)
    if (this.#random.next() < conditions.loss) return
    this.#clock.schedule(this.#delay(conditions), deliver)
    if (this.#random.next() < conditions.duplication) this.#clock.schedule(this.#delay(conditions), deliver)
  }

  #isCut(from: string, to: string): boolean {
    if (this.#cuts.size === 0) return false
    return namesOf(from).some((one) => namesOf(to).some((other) => this.#cuts.has(`${one}>${other}`)))
  }

  #delay({ delayMs, jitterMs }: LinkConditions): number {
    return delayMs + jitterMs * this.#random.next()
  }
}

/** Both places lie in one region. Compares without making strings: it is asked for every message. */
export function isInside(from: string, to: string): boolean {
  for (let index = 0; ; index++) {
    const one = index < from.length ? from.charCodeAt(index) : DOT
    const other = index < to.length ? to.charCodeAt(index) : DOT
    if (one !== other) return false
    if (one === DOT) return true
  }
}

const DOT = 46

/** The region that a place lies in. */
export function regionOf(place: string): string {
  const dot = place.indexOf('.')
  return dot < 0 ? place : place.slice(0, dot)
}

function namesOf(place: string): readonly string[] {
  const region = regionOf(place)
  return region === place ? [place] : [place, region]
}
