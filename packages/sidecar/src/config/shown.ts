const LONGEST = 60

/** A value as a message may show it: on one line, not too long, and without what stands before the `@` of an address. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a group of settings'
  const text = String(value)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^\s/@]+@?/g, (word) => (word.endsWith('@') ? '…@' : word)) // one pass, whatever its length
  if (text === '') return 'an empty text'
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
