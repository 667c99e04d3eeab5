import type { Share, TermsConflict } from '@spillway/budget'
import type { AdviceFacts } from './advice.ts'

/** Notices that other regions are configured otherwise, and says so once for each difference. */
export class TermsWatch {
  readonly #here: string
  #told: ReadonlyMap<string, string> = new Map()

  /** `here` is the region of this process. */
  constructor(here: string) {
    this.#here = here
  }

  /** What to tell of the conflicts of this moment, by budget; nothing of those that were there at the last look. */
  look(conflicts: ReadonlyMap<string, readonly TermsConflict[]>): AdviceFacts[] {
    const now = new Map(
      [...conflicts].flatMap(([budget, regions]) =>
        regions.map((conflict) => [`${budget}\n${conflict.region}`, { budget, conflict }] as const),
      ),
    )
    const details = new Map(Array.from(now, ([key, { conflict }]) => [key, this.#describe(conflict)]))
    const fresh = [...now].filter(([key]) => details.get(key) !== this.#told.get(key))
    this.#told = details
    return fresh.map(([key, { budget, conflict }]) => {
      return { kind: 'terms', about: conflict.region, budget, detail: details.get(key) ?? '' }
    })
  }

  #describe({ region, theirs, ours }: TermsConflict): string {
    const figures = [...pairs('', theirs.whole, ours.whole), ...pairs('floor ', theirs.floor, ours.floor)]
    const differences = figures
      .filter(({ there, here }) => there !== here)
      .map(({ name, there, here }) => `${name} ${there} in ${region}, ${here} in ${this.#here}`)
    return `${differences.join('; ')}: the smaller is in force until both have the same configuration`
  }
}

interface Pair {
  readonly name: string
  readonly there: number
  readonly here: number
}

function pairs(prefix: string, there: Share, here: Share): Pair[] {
  return [
    { name: `${prefix}rate`, there: there.rate, here: here.rate },
    { name: `${prefix}burst`, there: there.burst, here: here.burst },
  ]
}
