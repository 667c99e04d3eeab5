import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { field, fieldList, type Field } from '../field.ts'
import { HpackDecoder } from './hpack-decoder.ts'
import { HpackEncoder, encodedBound } from './hpack-encoder.ts'
import { HpackError } from './hpack-error.ts'

const UNLIMITED = { maxTableBytes: 4_096, maxBlockBytes: Number.MAX_SAFE_INTEGER, maxFields: Number.MAX_SAFE_INTEGER }

const latin1 = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.nat(255).map((octet) => String.fromCharCode(octet)), maxLength })

/** Few names and values, so that they repeat, between many others. */
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(':path', ':method', ':status', 'te', 'cookie', 'x-user', 'grpc-timeout') },
  { weight: 1, arbitrary: latin1(30) },
)
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('', 'POST', '200', '/a.B/C', 'trailers', 'x'.repeat(300)) },
  { weight: 1, arbitrary: latin1(200) },
)
const someField = fc.tuple(name, value, fc.nat(9)).map(([name, value, chance]) => field(name, value, chance === 0))
const block = fc.array(someField, { maxLength: 12 }).map(fieldList)

type Step = { readonly tableBytes: number } | { readonly blockIndex: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ tableBytes: fc.constantFrom(0, 33, 64, 100, 500, 4_096, 10_000) }) },
  { weight: 9, arbitrary: fc.record({ blockIndex: fc.nat(5) }) },
)

const conversation = fc.record({
  blocks: fc.array(block, { minLength: 6, maxLength: 6 }),
  steps: fc.array(step, { maxLength: 60 }),
  indexing: fc.constantFrom('repeated' as const, 'every' as const),
  maxTableBytes: fc.constantFrom(50, 4_096, 8_192),
})

function plain(fields: readonly Field[]): unknown[] {
  return fields.map(({ name, value, isNeverIndexed }) => [name, value, isNeverIndexed])
}

test('whatever is encoded decodes to itself, never-indexed fields and table sizes included', () => {
  fc.assert(
    fc.property(conversation, ({ blocks, steps, indexing, maxTableBytes }) => {
      const encoder = new HpackEncoder({ indexing, maxTableBytes })
      const decoder = new HpackDecoder(UNLIMITED)
      for (const step of steps) {
        if ('tableBytes' in step) {
          encoder.setPeerMaxTableBytes(step.tableBytes)
          decoder.setMaxTableBytes(step.tableBytes)
          continue
        }
        const sent = blocks[step.blockIndex] ?? fieldList([])
        const out = Buffer.alloc(encodedBound(sent))
        const received = decoder.decode(out, 0, encoder.encode(sent, out, 0))
        expect(typeof received === 'string' ? received : plain(received.fields)).toEqual(plain(sent.fields))
      }
    }),
    { numRuns: 300 },
  )
})

test('what the encoder remembers of a list never changes what it writes', () => {
  fc.assert(
    fc.property(conversation, ({ blocks, steps, indexing, maxTableBytes }) => {
      const remembering = new HpackEncoder({ indexing, maxTableBytes })
      const forgetful = new HpackEncoder({ indexing, maxTableBytes })
      for (const step of steps) {
        if ('tableBytes' in step) {
          remembering.setPeerMaxTableBytes(step.tableBytes)
          forgetful.setPeerMaxTableBytes(step.tableBytes)
          continue
        }
        const sent = blocks[step.blockIndex] ?? fieldList([])
        const one = Buffer.alloc(encodedBound(sent))
        const other = Buffer.alloc(one.length)
        // A list object that was never seen before cannot be remembered.
        const end = forgetful.encode(fieldList(sent.fields), other, 0)
        expect(one.toString('hex', 0, remembering.encode(sent, one, 0))).toBe(other.toString('hex', 0, end))
      }
    }),
    { numRuns: 200 },
  )
})

/** Blocks of random octets that often are valid: indices, short literals and size updates. */
const wire = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0x81, max: 0xc4 }).map((octet) => [octet]),
      fc
        .tuple(fc.constantFrom(0x00, 0x10, 0x40, 0x41, 0x7e), fc.constantFrom(0x61, 0x62))
        .map(([first, letter]) =>
          (first & 0x3f) === 0 || first === 0x10 ? [first, 1, letter, 1, 0x78] : [first, 2, letter, letter],
        ),
      fc.constantFrom([0x41, 0x82, 0x1d, 0x7f], [0x04, 0x83, 0x60, 0x35, 0x1f]),
      fc.uint8Array({ minLength: 1, maxLength: 2 }).map((octets) => Array.from(octets)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.from(parts.flat()))

function outcomeOf(decoder: HpackDecoder, block: Buffer): unknown {
  try {
    const list = decoder.decode(block, 0, block.length)
    return typeof list === 'string' ? list : plain(list.fields)
  } catch (error) {
    if (error instanceof HpackError) return error
    throw error
  }
}

test('what the decoder remembers never changes what it reads', () => {
  fc.assert(
    fc.property(
      fc.array(wire, { minLength: 4, maxLength: 4 }),
      fc.array(fc.nat(3), { maxLength: 30 }),
      (blocks, order) => {
        const limits = { maxTableBytes: 200, maxBlockBytes: 400, maxFields: 5 }
        const remembering = new HpackDecoder(limits)
        const sent: Buffer[] = []
        for (const index of order) {
          const block = blocks[index] ?? Buffer.alloc(0)
          sent.push(block)
          const actual = outcomeOf(remembering, block)
          // An error is never remembered, and it ends the connection.
          if (actual instanceof HpackError) return
          expect(actual).toEqual(replay(limits, sent))
        }
      },
    ),
    { numRuns: 300 },
  )
})

interface Limits {
  readonly maxTableBytes: number
  readonly maxBlockBytes: number
  readonly maxFields: number
}

const TOO_LONG_TO_REMEMBER = 300

/**
 * What the last of the blocks decodes to when no list can be remembered: each block is followed by so many entries of the
 * static table, which change nothing, that it is too long for it.
 */
function replay(limits: Limits, blocks: readonly Buffer[]): unknown {
  const decoder = new HpackDecoder({ ...UNLIMITED, maxTableBytes: limits.maxTableBytes })
  let outcome: unknown
  for (const block of blocks) {
    outcome = outcomeOf(decoder, Buffer.concat([block, Buffer.alloc(TOO_LONG_TO_REMEMBER, 0x82)]))
  }
  return Array.isArray(outcome) ? within(limits, outcome.slice(0, -TOO_LONG_TO_REMEMBER)) : outcome
}

function within(limits: Limits, fields: unknown[]): unknown {
  const bytes = fields.reduce<number>((sum, line) => sum + 32 + textLength(line), 0)
  if (bytes > limits.maxBlockBytes) return 'too_many_bytes'
  return fields.length > limits.maxFields ? 'too_many_fields' : fields
}

function textLength(line: unknown): number {
  return Array.isArray(line) ? String(line[0]).length + String(line[1]).length : 0
}

test('random octets give a list, an excess or an HpackError, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 400 }), wire), { maxLength: 5 }), (blocks) => {
      const decoder = new HpackDecoder({ maxTableBytes: 4_096, maxBlockBytes: 1_000, maxFields: 20 })
      for (const block of blocks) outcomeOf(decoder, Buffer.from(block))
    }),
    { numRuns: 2_000 },
  )
})
