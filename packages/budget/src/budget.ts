import { CALLER_CLASSES, className, perClass, type PriorityClass } from '@spillway/call'
import type { Clock } from '@spillway/clock'
import { Bucket } from './bucket.ts'
import { defaultWatermarks, type BudgetConfig, type BudgetSnapshot, type Watermarks } from './budget-config.ts'
import type { CallBudget } from './call-budget.ts'
import { ClassDraws, TIERS } from './class-draws.ts'
import { DemandMeter } from './lease/demand-meter.ts'

/** One named budget that is ours alone: a bucket that the classes share, the more important ones down to a lower mark. */
export class Budget implements CallBudget {
  readonly name: string
  readonly bucket: Bucket
  #marks: Readonly<Record<PriorityClass, number>>
  readonly #draws = new ClassDraws()
  readonly #meter: DemandMeter

  /** Starts full. Throws a RangeError when a figure is out of range. */
  constructor(name: string, clock: Clock, config: BudgetConfig) {
    this.name = name
    this.bucket = new Bucket(clock, { rate: config.rate, burst: config.burst })
    this.#marks = marksOf(config.watermarks ?? defaultWatermarks)
    this.#meter = new DemandMeter(CALLER_CLASSES.length, clock)
  }

  get takenMs(): number {
    return this.bucket.refilledMs
  }

  get waitMs(): number {
    return this.bucket.waitMs
  }

  take(rank: PriorityClass, cost: number): boolean {
    this.#meter.add(TIERS[rank], cost)
    this.bucket.kept = this.#marks[rank] * this.bucket.burst
    return this.#draws.note(rank, cost, this.bucket.draw(cost))
  }

  settle(rank: PriorityClass, taken: number, spent: number, takenMs: number): void {
    if (spent > taken) this.bucket.charge(spent - taken)
    else this.bucket.giveBack(taken - spent, takenMs)
    this.#draws.settled(rank, taken, spent)
  }

  /** The level stays, cut to the new burst. */
  reconfigure(config: BudgetConfig): void {
    const marks = marksOf(config.watermarks ?? defaultWatermarks)
    this.bucket.setRate(config.rate, config.burst)
    this.#marks = marks
  }

  snapshot(): BudgetSnapshot {
    const { rate, burst } = this.bucket
    return {
      name: this.name,
      rate,
      burst,
      level: this.bucket.level(),
      debt: this.bucket.debt(),
      classes: this.#draws.snapshot(this.#meter.rates()),
    }
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
