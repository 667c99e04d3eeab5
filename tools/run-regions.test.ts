import { expect, test } from 'vitest'
import { readFlags, sceneLine } from './run-regions.ts'

test('reads its flags, and says in one line what is wrong with others', () => {
  expect(readFlags(['--short', '--leaf'])).toEqual({ isShort: true, isLeaf: true })
  expect(readFlags(['--fast'])).toMatch(/--fast/)
})

test('a scene names shares, cut-off sidecars, leader and event', () => {
  const line = sceneLine({
    atS: 12.4,
    label: 'ap cut off',
    allocators: ['eu-1'],
    regions: new Map([
      ['eu', { rate: 200, cutOff: 0 }],
      ['ap', { rate: 30, cutOff: 3 }],
    ] as const),
    advisories: 2,
  })

  expect(line).toBe('  12 s  eu 200/s  ap  30/s (3 cut off)  allocator eu-1  advisories 2  ap cut off')
})
