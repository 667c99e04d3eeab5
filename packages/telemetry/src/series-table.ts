import { PriorityClass } from '@spillway/call'
import { CallSeries } from './call-series.ts'
import type { Direction } from './event.ts'
import { CLASSES, DIRECTIONS, OTHER, laneOf } from './labels.ts'

/** Bounds of what is kept apart. Everything beyond is counted under `_OTHER`. */
export interface SeriesLimits {
  /** Methods with a name of their own. */
  readonly maxMethods: number
  /** Pairs of such a method and a class, in both directions together; about 9 KiB each. */
  readonly maxSeries: number
}

/** The bounds unless configured otherwise: at most about 5 MB. */
export const defaultSeriesLimits: SeriesLimits = { maxMethods: 256, maxSeries: 512 }

/**
 * Finds where a call is counted. A method has a name of its own when it was declared, or when the application has
 * answered OK to it once: a scanner's paths cannot fill the table.
 */
export class SeriesTable {
  readonly #limits: SeriesLimits
  readonly #byPath = new Map<string, (CallSeries | undefined)[]>()
  readonly #others: readonly CallSeries[]
  readonly #named: CallSeries[] = []

  constructor(limits: SeriesLimits) {
    this.#limits = limits
    this.#others = DIRECTIONS.flatMap((direction) =>
      Object.values(PriorityClass).map((rank) => new CallSeries(direction, OTHER, rank)),
    )
  }

  /** Gives the method a name of its own if there is room; harmless when it has one. */
  know(path: string): void {
    if (this.#byPath.size >= this.#limits.maxMethods || this.#byPath.has(path)) return
    this.#byPath.set(path, Array.from({ length: CLASSES * DIRECTIONS.length }))
  }

  /** The series of that call; one of `_OTHER` when its method has no name or there is no room. */
  find(direction: Direction, path: string, rank: PriorityClass): CallSeries {
    const lane = laneOf(direction, rank)
    const lanes = this.#byPath.get(path)
    return lanes?.[lane] ?? this.#create(lanes, lane, direction, path, rank)
  }

  /** Every series in which something was ever counted or may be. */
  *[Symbol.iterator](): Iterator<CallSeries> {
    yield* this.#others
    yield* this.#named
  }

  #create(
    lanes: (CallSeries | undefined)[] | undefined,
    lane: number,
    direction: Direction,
    path: string,
    rank: PriorityClass,
  ): CallSeries {
    const other = this.#others[lane]
    if (other !== undefined && (lanes === undefined || this.#named.length >= this.#limits.maxSeries)) return other
    const created = new CallSeries(direction, path, rank)
    if (lanes !== undefined) lanes[lane] = created
    this.#named.push(created)
    return created
  }
}
