import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteQueue } from './byte-queue.ts'

test('gives back what was put in, in order, in whatever portions', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.integer({ min: 0, max: 9_000 }).map((push) => ({ push })),
          fc.integer({ min: 1, max: 20_000 }).map((shift) => ({ shift })),
        ),
        { maxLength: 40 },
      ),
      (steps) => {
        const queue = new ByteQueue()
        let next = 0
        const expected: number[] = []
        for (const step of steps) {
          if ('push' in step) {
            const bytes = Buffer.from(Array.from({ length: step.push + 4 }, () => next++ & 0xff))
            queue.push(bytes, 2, bytes.length - 2)
            expected.push(...bytes.subarray(2, -2))
          } else {
            const front = queue.shift(step.shift)
            const wanted = expected.splice(0, front?.length ?? 0)
            expect(front === undefined).toBe(wanted.length === 0)
            expect(Buffer.compare(front ?? Buffer.alloc(0), Buffer.from(wanted))).toBe(0)
          }
          expect(queue.length).toBe(expected.length)
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('keeps no large chunk alive for a small piece', () => {
  const queue = new ByteQueue()
  const chunk = Buffer.allocUnsafeSlow(65_536)

  queue.push(chunk, 0, 5_000)
  expect(queue.shift(10_000)?.buffer).not.toBe(chunk.buffer)

  queue.push(chunk, 0, 40_000)
  expect(queue.shift(40_000)?.buffer).toBe(chunk.buffer)
})
