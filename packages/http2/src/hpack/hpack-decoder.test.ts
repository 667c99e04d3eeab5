import { expect, test } from 'vitest'
import { HpackDecoder, type BlockExcess, type HpackLimits } from './hpack-decoder.ts'
import { HpackError } from './hpack-error.ts'

const LIMITS: HpackLimits = { maxTableBytes: 4_096, maxBlockBytes: 65_536, maxFields: 128 }

function decoderWith(limits: Partial<HpackLimits> = {}): HpackDecoder {
  return new HpackDecoder({ ...LIMITS, ...limits })
}

type Lines = readonly string[]

/** The fields of a block as `name: value` lines, the form that RFC 7541 prints. */
function decodeLines(decoder: HpackDecoder, hex: string): Lines | BlockExcess {
  const block = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  const list = decoder.decode(block, 0, block.length)
  return typeof list === 'string' ? list : list.fields.map(({ name, value }) => `${name}: ${value}`)
}

const FIRST_REQUEST = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com']
const SECOND_REQUEST = [...FIRST_REQUEST, 'cache-control: no-cache']
const THIRD_REQUEST = [
  ':method: GET',
  ':scheme: https',
  ':path: /index.html',
  ':authority: www.example.com',
  'custom-key: custom-value',
]
const FIRST_RESPONSE = [
  ':status: 302',
  'cache-control: private',
  'date: Mon, 21 Oct 2013 20:13:21 GMT',
  'location: https://www.example.com',
]
const SECOND_RESPONSE = [':status: 307', ...FIRST_RESPONSE.slice(1)]
const THIRD_RESPONSE = [
  ':status: 200',
  'cache-control: private',
  'date: Mon, 21 Oct 2013 20:13:22 GMT',
  'location: https://www.example.com',
  'content-encoding: gzip',
  'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
]

test.each([
  [
    'C.2.1, a literal that enters the table',
    '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
    ['custom-key: custom-header'],
  ],
  ['C.2.2, a literal that does not', '040c 2f73 616d 706c 652f 7061 7468', [':path: /sample/path']],
  ['C.2.3, a never-indexed literal', '1008 7061 7373 776f 7264 0673 6563 7265 74', ['password: secret']],
  ['C.2.4, an entry of the static table', '82', [':method: GET']],
])('reads the example of RFC 7541 %s', (_name, hex, lines) => {
  expect(decodeLines(decoderWith(), hex)).toEqual(lines)
})

test('reads the requests of RFC 7541 C.3, without Huffman code', () => {
  const decoder = decoderWith()
  expect(decodeLines(decoder, '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d')).toEqual(FIRST_REQUEST)
  expect(decodeLines(decoder, '8286 84be 5808 6e6f 2d63 6163 6865')).toEqual(SECOND_REQUEST)
  expect(decodeLines(decoder, '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65')).toEqual(
    THIRD_REQUEST,
  )
})

test('reads the requests of RFC 7541 C.4, in Huffman code', () => {
  const decoder = decoderWith()
  expect(decodeLines(decoder, '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff')).toEqual(FIRST_REQUEST)
  expect(decodeLines(decoder, '8286 84be 5886 a8eb 1064 9cbf')).toEqual(SECOND_REQUEST)
  expect(decodeLines(decoder, '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf')).toEqual(THIRD_REQUEST)
})

test('reads the responses of RFC 7541 C.5, with evictions', () => {
  const decoder = decoderWith({ maxTableBytes: 256 })
  expect(
    decodeLines(
      decoder,
      '4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
    ),
  ).toEqual(FIRST_RESPONSE)
  expect(decodeLines(decoder, '4803 3330 37c1 c0bf')).toEqual(SECOND_RESPONSE)
  expect(
    decodeLines(
      decoder,
      '88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31',
    ),
  ).toEqual(THIRD_RESPONSE)
})

test('reads the responses of RFC 7541 C.6, with evictions and in Huffman code', () => {
  const decoder = decoderWith({ maxTableBytes: 256 })
  expect(
    decodeLines(
      decoder,
      '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
    ),
  ).toEqual(FIRST_RESPONSE)
  expect(decodeLines(decoder, '4883 640e ffc1 c0bf')).toEqual(SECOND_RESPONSE)
  expect(
    decodeLines(
      decoder,
      '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
    ),
  ).toEqual(THIRD_RESPONSE)
})

test('tells a never-indexed literal from the other two kinds', () => {
  const block = Buffer.from('00016101621001610162400161016200', 'hex').subarray(0, 15)
  const list = decoderWith().decode(block, 0, block.length)
  expect(typeof list === 'string' ? list : list.fields.map((field) => field.isNeverIndexed)).toEqual([
    false,
    true,
    false,
  ])
})

test('reads octets that are no text without loss', () => {
  expect(decodeLines(decoderWith(), '00 01 61 03 ff 00 80')).toEqual(['a: \u00ff\u0000\u0080'])
})

test('gives an empty list for an empty block', () => {
  expect(decodeLines(decoderWith(), '')).toEqual([])
})

test('lets go of every entry for one that is larger than the table', () => {
  const decoder = decoderWith({ maxTableBytes: 40 })
  decodeLines(decoder, '40 01 61 01 62')
  expect(decodeLines(decoder, 'be')).toEqual(['a: b'])

  expect(decodeLines(decoder, `40 01 61 08 ${'78'.repeat(8)}`)).toEqual(['a: xxxxxxxx'])

  expect(() => decodeLines(decoder, 'be')).toThrow('an index refers to no entry')
})

test('keeps an entry that fills the table exactly', () => {
  const decoder = decoderWith({ maxTableBytes: 34 })
  decodeLines(decoder, '40 01 61 01 62')

  expect(decodeLines(decoder, 'be')).toEqual(['a: b'])
})

test('takes the name of an entry that the new one pushes out', () => {
  const decoder = decoderWith({ maxTableBytes: 34 })
  decodeLines(decoder, '40 01 61 01 62')

  expect(decodeLines(decoder, '7e 01 63')).toEqual(['a: c'])
  expect(decodeLines(decoder, 'be')).toEqual(['a: c'])
})

test.each([
  ['index 0', '80', 'an index refers to no entry'],
  ['an index beyond the static table of an empty dynamic one', 'be', 'an index refers to no entry'],
  ['a name index beyond both tables', '7f 00 01 61', 'an index refers to no entry'],
  ['a size update behind a field', '82 20', 'a table size update stands behind a field'],
  ['a size update beyond the limit', '3f e2 1f', 'a table size update goes beyond the limit'],
  ['a third size update', '20 21 22', 'more than two table size updates'],
  ['an integer with five continuation octets', 'ff 80 80 80 80 00', 'an integer has too many octets'],
  ['an integer that is cut off', 'ff 80', 'the block ends inside a field'],
  ['a literal without a name', '40', 'the block ends inside a field'],
  ['a literal without a value', '41', 'the block ends inside a field'],
  ['a string that is longer than its block', '41 05 61', 'a string is longer than its block'],
  ['the end-of-string symbol inside a string', '41 84 ff ff ff ff', 'the end-of-string symbol'],
  ['the end-of-string symbol alone', '41 84 ff ff ff fc', 'the end-of-string symbol'],
  ['padding of eight bits', '41 82 1f ff', 'wrong padding'],
  ['padding of zeros', '41 81 18', 'wrong padding'],
  ['a Huffman string of padding alone', '41 81 ff', 'wrong padding'],
])('refuses %s', (_name, hex, message) => {
  const decoder = decoderWith()
  expect(() => decodeLines(decoder, hex)).toThrow(HpackError)
  expect(() => decodeLines(decoderWith(), hex)).toThrow(message)
})

test('accepts an integer with leading zeros up to four continuation octets', () => {
  expect(decodeLines(decoderWith(), '41 7f 81 80 80 00' + '61'.repeat(128))).toEqual([`:authority: ${'a'.repeat(128)}`])
})

test('accepts a size update up to the limit', () => {
  expect(decodeLines(decoderWith(), '20 3f e1 1f 82')).toEqual([':method: GET'])
})

test('evicts what does not fit after a size update', () => {
  const decoder = decoderWith()
  decodeLines(decoder, '40 01 61 01 62 40 01 63 01 64')

  expect(decodeLines(decoder, '3f 03 be')).toEqual(['c: d'])
  expect(() => decodeLines(decoder, 'bf')).toThrow('an index refers to no entry')
})

test('demands a size update after the limit was reduced below the size in use', () => {
  const decoder = decoderWith()
  decoder.setMaxTableBytes(100)

  expect(() => decodeLines(decoder, '82')).toThrow('the table size was reduced without an update')
})

test('demands an update to the smallest limit when it was raised again', () => {
  const raisedOnly = decoderWith()
  raisedOnly.setMaxTableBytes(0)
  raisedOnly.setMaxTableBytes(4_096)
  expect(() => decodeLines(raisedOnly, '3f e1 1f 82')).toThrow('the table size was reduced without an update')

  const decoder = decoderWith()
  decoder.setMaxTableBytes(0)
  decoder.setMaxTableBytes(4_096)
  expect(decodeLines(decoder, '20 3f e1 1f 82')).toEqual([':method: GET'])
  expect(decodeLines(decoder, '82')).toEqual([':method: GET'])
})

test('demands nothing when the limit stays at or above the size in use', () => {
  const decoder = decoderWith()
  decoder.setMaxTableBytes(65_536)
  decoder.setMaxTableBytes(4_096)

  expect(decodeLines(decoder, '82')).toEqual([':method: GET'])
})

test('demands the update even for a block that it knows', () => {
  const decoder = decoderWith()
  for (let times = 0; times < 3; times++) decodeLines(decoder, '82')
  decoder.setMaxTableBytes(0)

  expect(() => decodeLines(decoder, '82')).toThrow('the table size was reduced without an update')
})

test('says which limit a block exceeds and keeps the table in step', () => {
  const decoder = decoderWith({ maxBlockBytes: 68, maxFields: 2 })
  expect(decodeLines(decoder, '82 82 82')).toBe('too_many_bytes')
  expect(decodeLines(decoder, '40 01 61 01 62 be')).toEqual(['a: b', 'a: b'])
  expect(decodeLines(decoder, 'be be 40 01 63 01 64')).toBe('too_many_bytes')
  expect(decodeLines(decoder, 'be bf')).toEqual(['c: d', 'a: b'])

  const counting = decoderWith({ maxFields: 2 })
  expect(decodeLines(counting, '82 82 82')).toBe('too_many_fields')
})

test('gives the same list object for a block that comes again, as long as the table stays', () => {
  const decoder = decoderWith()
  const block = Buffer.from('40016101628286be', 'hex')
  const decode = (start: number, end: number): unknown => decoder.decode(block, start, end)
  decode(0, 5)
  const repeated = [decode(5, 8), decode(5, 8), decode(5, 8)]
  expect(repeated[2]).toBe(repeated[1])

  decode(0, 5)

  expect(decode(5, 8)).not.toBe(repeated[1])
  expect(decode(5, 8)).toEqual(repeated[1])
})

test('keeps nothing of the buffer that a block came in', () => {
  const decoder = decoderWith()
  const block = Buffer.from('82000161026262', 'hex')
  for (let times = 0; times < 3; times++) decoder.decode(block, 0, block.length)
  block[6] = 0x63

  const list = decoder.decode(block, 0, block.length)

  expect(typeof list === 'string' ? list : list.get('a')).toBe('bc')
})
