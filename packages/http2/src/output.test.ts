import { expect, test, vi } from 'vitest'
import { BufferPool, LARGE_BYTES, SMALL_BYTES } from './buffer-pool.ts'
import { Output } from './output.ts'

function write(output: Output, text: string): void {
  const at = output.reserve(text.length)
  output.commit(at + output.buffer.write(text, at, 'latin1'))
}

function textOf(output: Output): string {
  const batch = output.take()
  if (batch === undefined) return ''
  const text = Buffer.concat(batch.chunks).toString('latin1')
  output.written(batch)
  return text
}

test('packs small pieces into one chunk and asks once to be flushed', () => {
  const isWaiting = vi.fn<() => void>()
  const output = new Output(new BufferPool(), isWaiting)

  write(output, 'abc')
  output.append(Buffer.from('xdefx'), 1, 4)

  expect(isWaiting).toHaveBeenCalledOnce()
  expect(output.pendingBytes).toBe(6)
  const batch = output.take()
  expect(batch?.chunks.map(String)).toEqual(['abcdef'])
})

test('passes large pieces by reference, in their place', () => {
  const output = new Output(new BufferPool(), () => {})
  const large = Buffer.alloc(20_000, 'L')

  write(output, 'a')
  output.append(large, 0, large.length)
  write(output, 'b')

  const batch = output.take()
  expect(batch?.chunks.map((chunk) => chunk.length)).toEqual([1, 20_000, 1])
  expect(batch?.chunks[1]?.buffer).toBe(large.buffer)
})

test.each([SMALL_BYTES, LARGE_BYTES])('goes on in a new buffer when one of %i octets is full', (size) => {
  const output = new Output(new BufferPool(), () => {})
  const text = 'x'.repeat(size - 10)

  write(output, text)
  write(output, 'y'.repeat(20))

  expect(textOf(output)).toBe(text + 'y'.repeat(20))
})

test('begins with a small buffer, and takes large ones for what goes beyond', () => {
  const output = new Output(new BufferPool(), () => {})
  for (let count = 0; count < 3; count++) write(output, 'x'.repeat(SMALL_BYTES))

  expect(output.take()?.pooled.map(({ length }) => length)).toEqual([SMALL_BYTES, LARGE_BYTES])

  write(output, 'x'.repeat(LARGE_BYTES))
  expect(output.take()?.pooled.map(({ length }) => length)).toEqual([LARGE_BYTES])
})

test('begins with a large buffer, so with one chunk, for as long as batches are large', () => {
  const output = new Output(new BufferPool(), () => {})
  const buffersFor = (bytes: number): number[] | undefined => {
    for (let left = bytes; left > 0; left -= 100) write(output, 'x'.repeat(Math.min(left, 100)))
    return output.take()?.pooled.map(({ length }) => length)
  }

  expect(buffersFor(2 * SMALL_BYTES)).toEqual([SMALL_BYTES, LARGE_BYTES])
  expect(buffersFor(2 * SMALL_BYTES)).toEqual([LARGE_BYTES])
  expect(buffersFor(100)).toEqual([LARGE_BYTES])
  for (let batch = 0; batch < 4; batch++) buffersFor(100)
  expect(buffersFor(100)).toEqual([SMALL_BYTES])
})

test('gives buffers back to the pool when they are written, and no earlier', () => {
  const pool = new BufferPool()
  const output = new Output(pool, () => {})
  write(output, 'abc')
  const batch = output.take()
  expect(pool.free).toBe(0)
  expect(output.pendingBytes).toBe(3)

  if (batch !== undefined) output.written(batch)

  expect(pool.free).toBe(1)
  expect(output.pendingBytes).toBe(0)
  expect(output.take()).toBeUndefined()
})

test('keeps only so many unused buffers', () => {
  const pool = new BufferPool(2)

  for (let count = 0; count < 5; count++) pool.giveBack(Buffer.alloc(1))

  expect(pool.free).toBe(2)
})
