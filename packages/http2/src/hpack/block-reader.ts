import { HpackError } from './hpack-error.ts'
import { decodeHuffman } from './huffman-decoder.ts'
import { OctetCache, hashOf } from './octet-cache.ts'

/** Four continuation octets hold 28 bits: more than any length or index that we accept. */
const MAX_INTEGER_SHIFT = 21
/** Huffman strings up to this many decoded octets share one buffer; decoding never yields in between. */
const SHARED_BYTES = 16_384
const shared = Buffer.allocUnsafeSlow(SHARED_BYTES)

const STRING_SLOTS = 64
const MAX_CACHED_STRING = 64

/** Reads the integers and strings of header blocks, one block after the other. */
export class BlockReader {
  #block: Buffer = shared
  #position = 0
  #end = 0
  readonly #strings = new OctetCache<string>(STRING_SLOTS, MAX_CACHED_STRING)

  /** Goes to the block at `[start, end)`. */
  open(block: Buffer, start: number, end: number): void {
    this.#block = block
    this.#position = start
    this.#end = end
  }

  /** Lets go of the block. */
  close(): void {
    this.#block = shared
    this.#end = this.#position
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#end
  }

  /** The next octet, which stays: it tells what follows. 0 at the end. */
  peek(): number {
    return this.#position < this.#end ? (this.#block[this.#position] ?? 0) : 0
  }

  /** Reads an integer with a prefix of `prefixBits` (RFC 7541, 5.1), below 2^29. */
  readInteger(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1
    const prefix = this.#readOctet() & mask
    return prefix < mask ? prefix : this.#readContinuation(mask)
  }

  /** Reads a string (RFC 7541, 5.2) as latin1. */
  readString(): string {
    const isHuffman = this.peek() >= 0x80
    const bytes = this.readInteger(7)
    const start = this.#position
    if (bytes > this.#end - start) throw new HpackError('a string is longer than its block')
    this.#position = start + bytes
    return bytes === 0 ? '' : this.#text(start, start + bytes, isHuffman)
  }

  #readOctet(): number {
    if (this.#position >= this.#end) throw new HpackError('the block ends inside a field')
    return this.#block[this.#position++] ?? 0
  }

  #readContinuation(base: number): number {
    let value = base
    for (let shift = 0; shift <= MAX_INTEGER_SHIFT; shift += 7) {
      const octet = this.#readOctet()
      value += (octet & 0x7f) << shift
      if (octet < 0x80) return value
    }
    throw new HpackError('an integer has too many octets')
  }

  #text(start: number, end: number, isHuffman: boolean): string {
    if (end - start > MAX_CACHED_STRING) return this.#decode(start, end, isHuffman)
    const hash = hashOf(this.#block, start, end)
    const coding = isHuffman ? 1 : 0
    const known = this.#strings.find(hash, this.#block, start, end, coding)
    if (known !== undefined) return known
    const text = this.#decode(start, end, isHuffman)
    this.#strings.offer(hash, this.#block, start, end, coding, text)
    return text
  }

  #decode(start: number, end: number, isHuffman: boolean): string {
    if (!isHuffman) return latin1(this.#block, start, end)
    const maxBytes = Math.ceil(((end - start) * 8) / 5)
    const out = maxBytes <= SHARED_BYTES ? shared : Buffer.allocUnsafeSlow(maxBytes)
    return latin1(out, 0, decodeHuffman(this.#block, start, end, out))
  }
}

/** Very short texts, as times are, cost less to put together here than a call out of the engine. */
const SHORT_BYTES = 6
const CHARACTERS = Array.from({ length: 256 }, (_none, octet) => String.fromCharCode(octet))

function latin1(octets: Buffer, start: number, end: number): string {
  if (end - start > SHORT_BYTES) return octets.toString('latin1', start, end)
  let text = ''
  for (let index = start; index < end; index++) text += CHARACTERS[octets[index] ?? 0] ?? ''
  return text
}
