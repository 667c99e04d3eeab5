import { CODES, CODE_BITS } from './huffman-code.ts'

/**
 * How many octets a latin1 text takes in the Huffman code. Throws a RangeError for a character beyond U+00FF, which has no
 * octet: written as one it could become a line break.
 */
export function huffmanBytes(text: string): number {
  let bits = 0
  let all = 0
  for (let index = 0; index < text.length; index++) {
    const octet = text.charCodeAt(index)
    all |= octet
    bits += CODE_BITS[octet & 0xff] ?? 0
  }
  if (all > 0xff) throw new RangeError('a field holds a character beyond U+00FF')
  return (bits + 7) >>> 3
}

/** Writes a latin1 text in the Huffman code, padded with ones, and returns where it ends. */
export function writeHuffman(text: string, out: Uint8Array, offset: number): number {
  let position = offset
  // Up to 7 bits are left from the octet before and a code has up to 30: the high part goes out first, so that 32 do.
  let held = 0
  let heldBits = 0
  for (let index = 0; index < text.length; index++) {
    const octet = text.charCodeAt(index)
    let code = CODES[octet] ?? 0
    let bits = CODE_BITS[octet] ?? 0
    if (bits > 24) {
      bits -= 8
      held = (held << 8) | (code >>> bits)
      code &= (1 << bits) - 1
      out[position++] = held >>> heldBits
    }
    held = (held << bits) | code
    heldBits += bits
    while (heldBits >= 8) {
      heldBits -= 8
      out[position++] = held >>> heldBits
    }
  }
  if (heldBits > 0) out[position++] = (held << (8 - heldBits)) | (0xff >>> heldBits)
  return position
}
