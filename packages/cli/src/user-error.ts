import { formatProblem, type Problem } from '@spillway/call'

/** What a user did that cannot stand. Ends the command with exit code 1 and these lines, without a stack trace. */
export class UserError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], cause?: unknown) {
    super(problems.map(formatProblem).join('\n'), { cause })
    this.name = 'UserError'
    this.problems = problems
  }
}

/** One problem of that place as an error to throw. */
export function userError(place: string, message: string, fix: string, cause?: unknown): UserError {
  return new UserError([{ severity: 'error', place, message, fix }], cause)
}
