const UNIT_MS: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/**
 * Reads a duration as people write it: a decimal number and one of `us ms s m h`, without a space (`250ms`, `1.5s`).
 * Returns milliseconds, or undefined when the text is anything else.
 */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,9})?)(us|ms|s|m|h)$/.exec(text)
  const unitMs = UNIT_MS[match?.[2] ?? '']
  return unitMs === undefined ? undefined : Number(match?.[1]) * unitMs
}
