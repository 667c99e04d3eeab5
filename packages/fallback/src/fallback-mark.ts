import type { FallbackReason } from '@spillway/contract'

/**
 * The value of `spillway-fallback`: a degraded answer always says so. Needs no escaping: the contract takes only lower-case
 * letters, digits, `-` and `_` for names of rules.
 */
export function formatFallbackMark(rule: string, reason: FallbackReason): string {
  return `rule=${rule}; reason=${reason}`
}
