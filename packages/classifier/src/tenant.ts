/** Longer tenants are cut off here: they become keys in maps. */
const MAX_LENGTH = 128

/** Visible ASCII, which a metadata value may hold at its ends too, without the `%` that escapes the rest. */
const PLAIN = /^[!-$&-~]*$/

/** A tenant as a trusted peer told it: what travelled once can travel again, and stays the same on every hop. */
export function toldTenant(text: string): string {
  return text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH).trimEnd() : text
}

/**
 * A tenant out of a call's own data, which may be any text, as metadata can carry it: what is not visible ASCII, and `%`, is
 * written as the `%XX` of its UTF-8 octets, so that different tenants stay different.
 */
export function writtenTenant(text: string): string {
  const part = text.slice(0, MAX_LENGTH)
  return PLAIN.test(part) ? part : escaped(part).slice(0, MAX_LENGTH)
}

function escaped(text: string): string {
  let written = ''
  for (const octet of Buffer.from(text, 'utf8')) {
    const isPlain = octet > 0x20 && octet < 0x7f && octet !== 0x25
    written += isPlain ? String.fromCharCode(octet) : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return written
}
