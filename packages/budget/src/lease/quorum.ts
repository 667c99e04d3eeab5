/**
 * Which voters together decide: more than half of the named ones, or exactly half with the one whose name sorts first. Any two
 * such sets share a voter. So of two voters the first one alone decides, and the other one may fail.
 */
export class Quorum {
  readonly #voters: ReadonlySet<string>
  readonly #first: string | undefined

  constructor(voters: Iterable<string>) {
    this.#voters = new Set(voters)
    this.#first = [...this.#voters].sort()[0]
  }

  /** All voters, each once. */
  get names(): ReadonlySet<string> {
    return this.#voters
  }

  /** How many voters there are. */
  get size(): number {
    return this.#voters.size
  }

  /** That one is a voter. */
  has(name: string): boolean {
    return this.#voters.has(name)
  }

  /** The first moment at which enough voters count, when each of `sinceMs` counts from its own on. Infinity for never. */
  momentMs(sinceMs: Iterable<readonly [string, number]>): number {
    const inOrder = [...sinceMs].filter(([name]) => this.has(name)).sort(([, one], [, other]) => one - other)
    let hasFirst = false
    for (const [index, [name, ms]] of inOrder.entries()) {
      hasFirst ||= name === this.#first
      const twice = 2 * (index + 1)
      if (twice > this.size || (twice === this.size && hasFirst)) return ms
    }
    return Number.POSITIVE_INFINITY
  }
}
