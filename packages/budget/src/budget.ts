import { CALLER_CLASSES, className, perClass, type PriorityClass } from '@spillway/call'
import type { Clock } from '@spillway/clock'
import { Bucket } from './bucket.ts'
import { defaultWatermarks, type BudgetConfig, type BudgetSnapshot, type Watermarks } from './budget-config.ts'

/** What one class drew. */
class ClassDraw {
  admitted = 0
  refused = 0
  used = 0
}

/** One named budget: a bucket that the classes share, the more important ones down to a lower mark. */
export class Budget {
  readonly name: string
  readonly bucket: Bucket
  #marks: Readonly<Record<PriorityClass, number>>
  readonly #draws = perClass(() => new ClassDraw())

  /** Starts full. Throws a RangeError when a figure is out of range. */
  constructor(name: string, clock: Clock, config: BudgetConfig) {
    this.name = name
    this.bucket = new Bucket(clock, { rate: config.rate, burst: config.burst })
    this.#marks = marksOf(config.watermarks ?? defaultWatermarks)
  }

  /** Takes `cost` tokens for a call of that class; answers as {@link Bucket.take}. */
  take(rank: PriorityClass, cost: number): number {
    const waitMs = this.bucket.take(cost, this.#marks[rank] * this.bucket.burst)
    const draw = this.#draws[rank]
    if (waitMs > 0) {
      draw.refused++
    } else {
      draw.admitted++
      draw.used += cost
    }
    return waitMs
  }

  /** Returns what a call that was not carried out took at `takenMs`; see {@link Bucket.giveBack}. */
  giveBack(rank: PriorityClass, cost: number, takenMs: number): void {
    this.bucket.giveBack(cost, takenMs)
    const draw = this.#draws[rank]
    draw.used = Math.max(0, draw.used - cost)
  }

  /** Changes the figures; the level stays, cut to the new burst. Throws a RangeError when one is out of range. */
  reconfigure(config: BudgetConfig): void {
    const marks = marksOf(config.watermarks ?? defaultWatermarks)
    this.bucket.setRate(config.rate, config.burst)
    this.#marks = marks
  }

  /** The state now. */
  snapshot(): BudgetSnapshot {
    const { rate, burst } = this.bucket
    const classes = CALLER_CLASSES.map((rank) => {
      const { admitted, refused, used } = this.#draws[rank]
      return { name: className(rank), admitted, refused, used }
    })
    return { name: this.name, rate, burst, level: this.bucket.level(), classes }
  }
}

/** The marks by rank; `system` draws as `critical` does. */
function marksOf(watermarks: Watermarks): Readonly<Record<PriorityClass, number>> {
  for (const [name, mark] of Object.entries(watermarks)) {
    if (!(mark >= 0 && mark <= 1)) throw new RangeError(`watermark of ${name} must lie between 0 and 1: ${mark}`)
  }
  const marks = { ...watermarks, system: watermarks.critical }
  return perClass((rank) => marks[className(rank)])
}
