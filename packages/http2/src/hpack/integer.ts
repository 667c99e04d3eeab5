/**
 * Writes an integer behind the `flags` of its first octet, of which it has the low `prefixBits` (RFC 7541, 5.1).
 * Returns where it ends: at most six octets on, for a value below 2^31.
 */
export function writeInteger(
  out: Uint8Array,
  offset: number,
  flags: number,
  prefixBits: number,
  value: number,
): number {
  const mask = (1 << prefixBits) - 1
  if (value < mask) {
    out[offset] = flags | value
    return offset + 1
  }
  out[offset] = flags | mask
  let position = offset + 1
  let rest = value - mask
  while (rest >= 0x80) {
    out[position++] = 0x80 | (rest & 0x7f)
    rest >>>= 7
  }
  out[position++] = rest
  return position
}
