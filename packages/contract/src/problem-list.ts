import type { Problem } from '@spillway/call'

/** Collects what is wrong, so that everything is told at once. The same problem at the same place is kept once. */
export class ProblemList {
  readonly #problems = new Map<string, Problem>()

  error(place: string, message: string, fix: string): void {
    this.#add({ severity: 'error', place, message, fix })
  }

  warning(place: string, message: string, fix: string): void {
    this.#add({ severity: 'warning', place, message, fix })
  }

  get errors(): readonly Problem[] {
    return this.#of('error')
  }

  get warnings(): readonly Problem[] {
    return this.#of('warning')
  }

  /** Errors, then warnings. */
  get all(): readonly Problem[] {
    return [...this.errors, ...this.warnings]
  }

  #add(problem: Problem): void {
    this.#problems.set(`${problem.place} ${problem.message}`, problem)
  }

  #of(severity: Problem['severity']): readonly Problem[] {
    return [...this.#problems.values()].filter((problem) => problem.severity === severity).sort(byPlace)
  }
}

function byPlace(left: Problem, right: Problem): number {
  return left.place.localeCompare(right.place, 'en', { numeric: true })
}
