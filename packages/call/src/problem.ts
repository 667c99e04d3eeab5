/**
 * Something that a user wrote and that cannot stand: one line, with place, value, what is allowed and one fix.
 */
export interface Problem {
  /** `warning` lets the sidecar start. */
  readonly severity: 'error' | 'warning'
  /** Where it stands: `file:line`, a flag (`--app-port`), or the name of an environment variable. */
  readonly place: string
  /** What is wrong, naming the value: `priority: URGENT is no priority class (allowed: CRITICAL, STANDARD, SHEDDABLE, BATCH)`. */
  readonly message: string
  /** One thing to do about it, as an imperative: `write CRITICAL`. */
  readonly fix: string
}

/** The line that people see: `proto/bank.proto:12: error: … Fix: …`. Line breaks inside are folded. */
export function formatProblem(problem: Problem): string {
  const text = `${problem.place}: ${problem.severity}: ${problem.message}. Fix: ${problem.fix}.`
  return text.replaceAll(/\s*\n\s*/g, ' ')
}
