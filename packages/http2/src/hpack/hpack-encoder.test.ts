import { expect, test } from 'vitest'
import { field, fieldList, type Field } from '../field.ts'
import { HpackDecoder } from './hpack-decoder.ts'
import { HpackEncoder, encodedBound } from './hpack-encoder.ts'

/** `name: value` for each field. */
function list(...lines: string[]): { fields: readonly Field[]; get(name: string): string | undefined } {
  return fieldList(lines.map((line) => field(line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2))))
}

function encodeHex(encoder: HpackEncoder, ...fields: Field[]): string {
  const block = fieldList(fields)
  const out = Buffer.alloc(encodedBound(block))
  return out.toString('hex', 0, encoder.encode(block, out, 0))
}

function encodeLines(encoder: HpackEncoder, ...lines: string[]): string {
  return encodeHex(encoder, ...list(...lines).fields)
}

/** How a literal of a name in no table starts, by its form. */
const ENTERS = '40'
const STAYS_OUT = '00'
const NEVER_INDEXED = '10'

test('writes the requests of RFC 7541 C.4', () => {
  const encoder = new HpackEncoder({ indexing: 'every' })
  const first = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com']

  expect(encodeLines(encoder, ...first)).toBe('828684418cf1e3c2e5f23a6ba0ab90f4ff')
  expect(encodeLines(encoder, ...first, 'cache-control: no-cache')).toBe('828684be5886a8eb10649cbf')
  expect(
    encodeLines(
      encoder,
      ':method: GET',
      ':scheme: https',
      ':path: /index.html',
      ':authority: www.example.com',
      'custom-key: custom-value',
    ),
  ).toBe('828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf')
})

test('writes the responses of RFC 7541 C.6, with evictions', () => {
  const encoder = new HpackEncoder({ indexing: 'every', maxTableBytes: 256 })
  const rest = ['cache-control: private', 'date: Mon, 21 Oct 2013 20:13:21 GMT', 'location: https://www.example.com']

  expect(encodeLines(encoder, ':status: 302', ...rest)).toBe(
    '3fe101488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3',
  )
  expect(encodeLines(encoder, ':status: 307', ...rest)).toBe('4883640effc1c0bf')
  expect(
    encodeLines(
      encoder,
      ':status: 200',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:22 GMT',
      'location: https://www.example.com',
      'content-encoding: gzip',
      'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
    ),
  ).toBe(
    '88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
  )
})

test('writes a string as it is when the Huffman code would be longer', () => {
  expect(encodeLines(new HpackEncoder(), 'a: \u00ff\u00fe')).toBe('00811f02fffe')
})

test('refuses a character that is no octet', () => {
  expect(() => encodeLines(new HpackEncoder(), 'a: \u010a')).toThrow(RangeError)
})

test('says so when the buffer was too small', () => {
  expect(() => new HpackEncoder().encode(list('a: bcdefgh'), Buffer.alloc(4), 0)).toThrow(RangeError)
})

test('puts a value into the table when it comes for the second time', () => {
  const encoder = new HpackEncoder()

  expect(encodeLines(encoder, 'k: v').slice(0, 2)).toBe(STAYS_OUT)
  expect(encodeLines(encoder, 'k: v').slice(0, 2)).toBe(ENTERS)
  expect(encodeLines(encoder, 'k: v')).toBe('be')
})

test('notices a value that comes again among a dozen others', () => {
  const encoder = new HpackEncoder()
  for (let value = 1; value <= 12; value++) encodeLines(encoder, `k: ${value}`)

  expect(encodeLines(encoder, 'k: 1').slice(0, 2)).toBe(ENTERS)
})

test('does not remember the octets of a list while one of its values may still enter the table', () => {
  const encoder = new HpackEncoder()
  const out = Buffer.alloc(100)
  const repeated = list('k: v')
  const encode = (): string => out.toString('hex', 0, encoder.encode(repeated, out, 0))
  encoder.setPeerMaxTableBytes(0)
  encode()
  encoder.setPeerMaxTableBytes(4_096)

  expect([encode(), encode(), encode()].map((hex) => hex.slice(0, 2))).toEqual(['3f', ENTERS, 'be'])
})

test.each(['grpc-timeout', 'traceparent', 'x-request-id'])('lets %s into the table once, for its name', (name) => {
  const encoder = new HpackEncoder()
  const blocks = [1, 2, 3, 4].map((value) => encodeLines(encoder, `${name}: ${value}`))

  expect(blocks[0]?.slice(0, 2)).toBe(STAYS_OUT)
  expect(blocks[1]?.slice(0, 2)).toBe(ENTERS)
  expect(blocks.slice(2)).toEqual(['0f2f8167', '0f2f816b'])
})

test('lets no value in for a name that the static table has', () => {
  const encoder = new HpackEncoder()
  const blocks = [1, 2, 3].map(() => encodeLines(encoder, 'content-length: 12'))

  expect(new Set(blocks).size).toBe(1)
})

test.each(['authorization: Bearer x', 'cookie: a=b', 'x-api-key: 12345'])('never lets %s into the table', (line) => {
  const encoder = new HpackEncoder()
  const blocks = [1, 2, 3].map(() => encodeLines(encoder, line))

  expect(new Set(blocks).size).toBe(1)
  expect(Number.parseInt(blocks[0]?.slice(0, 1) ?? '', 16)).toBe(0)
})

test('keeps a value out that would take more than a quarter of the table', () => {
  const encoder = new HpackEncoder()
  const line = `k: ${'v'.repeat(1_000)}`
  const blocks = [1, 2, 3].map(() => encodeLines(encoder, line))

  expect(new Set(blocks).size).toBe(1)
})

test('keeps a never-indexed field one, even when the table holds its value', () => {
  const encoder = new HpackEncoder({ indexing: 'every' })
  encodeLines(encoder, 'k: v')

  expect(encodeHex(encoder, field('k', 'v', true))).toBe('1f2f81ef')
  expect(encodeHex(new HpackEncoder(), field('k', 'v', true)).slice(0, 2)).toBe(NEVER_INDEXED)
  expect(encodeHex(new HpackEncoder(), field(':method', 'POST', true)).slice(0, 2)).toBe('12')
})

test('announces a smaller table before the next block, once', () => {
  const encoder = new HpackEncoder()
  encoder.setPeerMaxTableBytes(0)

  expect(encodeLines(encoder, ':method: POST')).toBe('2083')
  expect(encodeLines(encoder, ':method: POST')).toBe('83')
})

test('announces the smallest size in between and the last', () => {
  const encoder = new HpackEncoder()
  encoder.setPeerMaxTableBytes(0)
  encoder.setPeerMaxTableBytes(31)
  encoder.setPeerMaxTableBytes(30)

  expect(encodeLines(encoder, ':method: POST')).toBe('203e83')
})

test('never uses more than its own size, whatever the peer allows', () => {
  const encoder = new HpackEncoder()
  encoder.setPeerMaxTableBytes(65_536)

  expect(encodeLines(encoder, ':method: POST')).toBe('83')
})

test('uses a larger table of its own as soon as the peer allows it, and says so', () => {
  const encoder = new HpackEncoder({ maxTableBytes: 8_192 })
  expect(encodeLines(encoder, ':method: POST')).toBe('83')

  encoder.setPeerMaxTableBytes(65_536)

  expect(encodeLines(encoder, ':method: POST')).toBe('3fe13f83')
})

test('writes the same octets for the same list object until the table changes', () => {
  const encoder = new HpackEncoder()
  const decoder = new HpackDecoder({ maxTableBytes: 4_096, maxBlockBytes: 65_536, maxFields: 128 })
  const repeated = list(':method: POST', ':path: /a.B/C', 'te: trailers')
  const out = Buffer.alloc(1_000)
  const roundTrip = (sent: typeof repeated): string[] => {
    const received = decoder.decode(out, 7, encoder.encode(sent, out, 7))
    return typeof received === 'string' ? [received] : received.fields.map(({ name, value }) => `${name}: ${value}`)
  }
  for (let round = 0; round < 8; round++) {
    for (let times = 0; times < 5; times++) {
      expect(roundTrip(repeated)).toEqual([':method: POST', ':path: /a.B/C', 'te: trailers'])
    }
    roundTrip(list(`x: ${round >> 1}`))
  }
})

test('forgets names that are not in the table before it knows too many', () => {
  const encoder = new HpackEncoder()
  encodeLines(encoder, 'kept: yes')
  encodeLines(encoder, 'kept: yes')
  for (let name = 0; name < 2_000; name++) encodeLines(encoder, `name-${name}: value`)

  expect(encodeLines(encoder, 'kept: yes')).toBe('be')
})
