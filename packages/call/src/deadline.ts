/** Absolute monotonic time in milliseconds by which a call must have ended; see {@link NO_DEADLINE}. */
export type Deadline = number

/** The deadline of a call that has none. */
export const NO_DEADLINE: Deadline = Number.POSITIVE_INFINITY

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 }

/**
 * Reads `grpc-timeout` strictly: one to eight digits and a unit of `H M S m u n` (gRPC over HTTP/2, "Timeout").
 * Returns milliseconds, or undefined when the text is anything else.
 */
export function parseTimeoutMs(text: string): number | undefined {
  const digits = text.length - 1
  if (digits < 1 || digits > 8) return undefined
  let value = 0
  for (let index = 0; index < digits; index++) {
    const digit = text.charCodeAt(index) - 48
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  const unitMs = UNIT_MS[text.charAt(digits)]
  return unitMs === undefined ? undefined : value * unitMs
}

/**
 * Writes a `grpc-timeout` that is never longer than `remainingMs`, in the finest of `u m S` that fits eight digits.
 * What is over already becomes `0n`.
 */
export function formatTimeout(remainingMs: number): string {
  if (remainingMs <= 0) return '0n'
  if (remainingMs < 100_000) return `${Math.floor(remainingMs * 1_000)}u`
  if (remainingMs < 100_000_000) return `${Math.floor(remainingMs)}m`
  return `${Math.min(99_999_999, Math.floor(remainingMs / 1_000))}S`
}
