import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { IndexedHeap } from './indexed-heap.ts'

class Item {
  key: number
  slot = -1

  constructor(key: number) {
    this.key = key
  }
}

function aHeap(): IndexedHeap<Item> {
  return new IndexedHeap<Item>({
    isBefore: (a, b) => a.key < b.key,
    slotOf: (item) => item.slot,
    setSlot: (item, slot) => {
      item.slot = slot
    },
  })
}

function drain(heap: IndexedHeap<Item>): number[] {
  const keys: number[] = []
  for (let first = heap.first(); first; first = heap.first()) {
    keys.push(first.key)
    heap.remove(first)
  }
  return keys
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), key: fc.nat(99) }) },
  fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('update' as const), pick: fc.nat(), key: fc.nat(20) }),
)

test('shows the smallest first, whatever is added, removed and changed', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
      const heap = aHeap()
      const model: Item[] = []
      for (const each of steps) {
        if (each.kind === 'add') {
          const item = new Item(each.key)
          model.push(item)
          heap.add(item)
        } else {
          const index = each.pick % Math.max(1, model.length)
          const item = model[index]
          if (item === undefined) continue
          if (each.kind === 'remove') {
            model.splice(index, 1)
            heap.remove(item)
          } else {
            item.key = each.key
            heap.update(item)
          }
        }
        expect(heap.size).toBe(model.length)
        expect(heap.first()?.key).toBe(model.length > 0 ? Math.min(...model.map(({ key }) => key)) : undefined)
      }
      expect(new Set(heap.values())).toEqual(new Set(model))
      expect(drain(heap)).toEqual(model.map(({ key }) => key).sort((a, b) => a - b))
    }),
    { numRuns: 500 },
  )
})

test('refuses to remove what it does not hold', () => {
  const heap = aHeap()
  const item = new Item(1)
  heap.add(item)
  heap.remove(item)

  expect(() => heap.remove(item)).toThrow('no such item in the heap at slot -1')
})
