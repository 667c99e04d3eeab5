import { test } from 'vitest'
import { field, fieldList, type Field } from '../field.ts'
import { HpackDecoder } from './hpack-decoder.ts'
import { HpackEncoder } from './hpack-encoder.ts'

const UNARY_REQUEST: readonly Field[] = [
  field(':method', 'POST'),
  field(':scheme', 'http'),
  field(':path', '/bank.v1.Risk/Score'),
  field(':authority', '127.0.0.1:7051'),
  field('content-type', 'application/grpc'),
  field('te', 'trailers'),
  field('user-agent', 'grpc-node-js/1.14.7'),
  field('grpc-accept-encoding', 'identity,deflate,gzip'),
  field('x-account', 'acct-1234567'),
]
const LIMITS = { maxTableBytes: 4_096, maxBlockBytes: 65_536, maxFields: 128 }
const WARM_UP_BLOCKS = 5
const TIMED_BLOCKS = 1_000
const BRIEFLY = { time: 300 }

/** The request with one of a thousand times left, as grpc-js sends it. */
function timed(round: number): readonly Field[] {
  return [...UNARY_REQUEST, field('grpc-timeout', `${1_000 + (round % TIMED_BLOCKS)}m`)]
}

test('a request that repeats', async ({ bench }) => {
  const out = Buffer.alloc(4_096)
  const encoder = new HpackEncoder()
  const decoder = new HpackDecoder(LIMITS)
  const request = fieldList(UNARY_REQUEST)
  let end = 0
  for (let round = 0; round < WARM_UP_BLOCKS; round++) {
    end = encoder.encode(request, out, 0)
    decoder.decode(out, 0, end)
  }

  await bench.compare(
    bench('decode', () => {
      decoder.decode(out, 0, end)
    }),
    bench('encode', () => {
      encoder.encode(request, out, 0)
    }),
    BRIEFLY,
  )
})

test('a request whose timeout differs each time', async ({ bench }) => {
  const out = Buffer.alloc(4_096)
  const encoder = new HpackEncoder()
  const decoder = new HpackDecoder(LIMITS)
  const lists = Array.from({ length: TIMED_BLOCKS }, (_none, round) => timed(round))
  for (const list of lists.slice(0, WARM_UP_BLOCKS)) decoder.decode(out, 0, encoder.encode(fieldList(list), out, 0))
  const blocks = lists.map((list) => Buffer.from(out.subarray(0, encoder.encode(fieldList(list), out, 0))))
  let next = 0

  await bench.compare(
    bench('decode', () => {
      const block = blocks[next++ % TIMED_BLOCKS]
      if (block) decoder.decode(block, 0, block.length)
    }),
    bench('encode', () => {
      encoder.encode(fieldList(lists[next++ % TIMED_BLOCKS] ?? []), out, 0)
    }),
    BRIEFLY,
  )
})
