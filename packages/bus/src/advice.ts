import type { Acceptance, Reception } from '@spillway/budget'
import type { Clock } from '@spillway/clock'

/** What an advisory is about. Apart from `office` and `terms`, each says that a message was refused and had no effect. */
export type AdviceKind =
  | Exclude<Reception, 'taken'>
  | Exclude<Acceptance, 'applied'>
  /** Bytes that are no message of this protocol. */
  | 'unreadable'
  /** The key store is not what was asked for, or cannot be used. */
  | 'store'
  /** A process took or lost an office. */
  | 'office'
  /** Another region has a shared budget configured otherwise. */
  | 'terms'

/** Something that an operator should know. Published as JSON on `spillway.v1.advice.<region>.<from>.<kind>`. */
export interface Advice {
  readonly kind: AdviceKind
  readonly region: string
  /** Who noticed. */
  readonly from: string
  /** Whose message it was, or which office. */
  readonly about: string
  /** Empty when no single budget is concerned. */
  readonly budget: string
  /** How often it happened since it was last told. */
  readonly count: number
  readonly detail: string
}

/** What to tell; the rest is known. */
export interface AdviceFacts {
  readonly kind: AdviceKind
  readonly about: string
  readonly budget?: string
  readonly detail?: string
}

/** One kind of advice about one party is told once in this time, with a count of what happened meanwhile. */
const PACE_MS = 1_000

/** Most parties remembered for the pace; more make it forget, never grow. */
const MOST_REMEMBERED = 1_000

/** Where advisories are raised: paces them, so that a flood of bad messages does not become a flood of advice. */
export class AdviceDesk {
  readonly #region: string
  readonly #from: string
  readonly #clock: Clock
  readonly #tell: (advice: Advice) => void
  readonly #told = new Map<string, { atMs: number; untold: number }>()

  constructor(region: string, from: string, clock: Clock, tell: (advice: Advice) => void) {
    this.#region = region
    this.#from = from
    this.#clock = clock
    this.#tell = tell
  }

  /** Tells now, or counts it towards the next telling. */
  raise({ kind, about, budget = '', detail = '' }: AdviceFacts): void {
    const key = `${kind}\n${about}\n${budget}`
    const nowMs = this.#clock.nowMs()
    const last = this.#told.get(key)
    if (last && nowMs - last.atMs < PACE_MS) {
      last.untold++
      return
    }
    if (this.#told.size >= MOST_REMEMBERED) this.#told.clear()
    this.#told.set(key, { atMs: nowMs, untold: 0 })
    const count = 1 + (last?.untold ?? 0)
    this.#tell({ kind, region: this.#region, from: this.#from, about, budget, count, detail })
  }
}
