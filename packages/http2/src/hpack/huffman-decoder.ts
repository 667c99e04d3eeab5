import { CODES, CODE_BITS, END_OF_STRING } from './huffman-code.ts'
import { HpackError } from './hpack-error.ts'

const EMITS = 0x100
const FAILS = 0x200
const STATE_SHIFT = 16

/**
 * The code as a state machine that eats four bits at a time: a state is an inner node of the code's tree, and for each
 * state sixteen transitions follow each other. No code is shorter than five bits, so a step yields at most one octet.
 * A transition holds the octet, {@link EMITS} when there is one, and the next state above {@link STATE_SHIFT}.
 */
const TRANSITIONS = buildTransitions()
/** For each state whether a string may end in it: at a boundary, or up to seven bits into {@link END_OF_STRING}. */
const MAY_END = buildEnds()

/**
 * Decodes the Huffman string at `[start, end)` of `input` to the front of `out` and returns its length, at most 8/5 of
 * the input's. Throws {@link HpackError} for END_OF_STRING in the string and for padding that is too long or not all ones.
 */
export function decodeHuffman(input: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let state = 0
  let length = 0
  for (let index = start; index < end; index++) {
    const octet = input[index] ?? 0
    const high = TRANSITIONS[(state << 4) | (octet >>> 4)] ?? FAILS
    if (high & EMITS) out[length++] = high
    const low = TRANSITIONS[((high >>> STATE_SHIFT) << 4) | (octet & 15)] ?? FAILS
    if (low & EMITS) out[length++] = low
    if ((high | low) & FAILS) throw new HpackError('a Huffman string contains the end-of-string symbol')
    state = low >>> STATE_SHIFT
  }
  if (MAY_END[state] !== 1) throw new HpackError('a Huffman string has wrong padding')
  return length
}

/** An inner node: for each bit a number of another inner node, or a symbol as `~symbol`. */
type Node = [zero: number, one: number]

function buildTree(): readonly Node[] {
  const nodes: Node[] = [[0, 0]]
  CODE_BITS.forEach((bits, symbol) => {
    let at = 0
    for (let shift = bits - 1; shift > 0; shift--) at = childOf(nodes, at, bitOf(symbol, shift))
    const last = nodes[at]
    if (last) last[bitOf(symbol, 0)] = ~symbol
  })
  return nodes
}

function bitOf(symbol: number, shift: number): 0 | 1 {
  return ((CODES[symbol] ?? 0) >>> shift) & 1 ? 1 : 0
}

function childOf(nodes: Node[], at: number, bit: 0 | 1): number {
  const node = nodes[at]
  if (!node) throw new RangeError(`no node ${at}`)
  if (node[bit] === 0) node[bit] = nodes.push([0, 0]) - 1
  return node[bit]
}

function buildTransitions(): Int32Array {
  const nodes = buildTree()
  const transitions = new Int32Array(nodes.length << 4)
  for (let state = 0; state < nodes.length; state++) {
    for (let nibble = 0; nibble < 16; nibble++) transitions[(state << 4) | nibble] = walk(nodes, state, nibble)
  }
  return transitions
}

function walk(nodes: readonly Node[], from: number, nibble: number): number {
  let at = from
  let emitted = 0
  for (let shift = 3; shift >= 0; shift--) {
    const next = nodes[at]?.[nibble & (1 << shift) ? 1 : 0] ?? 0
    if (next === ~END_OF_STRING) return FAILS
    if (next < 0) emitted = EMITS | ~next
    at = Math.max(0, next)
  }
  return (at << STATE_SHIFT) | emitted
}

function buildEnds(): Uint8Array {
  const nodes = buildTree()
  const ends = new Uint8Array(nodes.length)
  let at = 0
  for (let padding = 0; padding <= 7; padding++) {
    ends[at] = 1
    at = nodes[at]?.[1] ?? 0
  }
  return ends
}
