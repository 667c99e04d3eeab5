import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { IdTable } from './id-table.ts'

test('holds what a map would hold, whatever comes and goes', () => {
  const step = record({ verb: constantFrom('add', 'add', 'remove'), id: integer({ min: 1, max: 200 }) })
  assert(
    property(array(step, { maxLength: 400 }), integer({ min: 0, max: 2 ** 31 - 201 }), (steps, base) => {
      const table = new IdTable<{ readonly id: number }>()
      const model = new Map<number, { readonly id: number }>()
      for (const { verb, id: low } of steps) {
        const id = base + low
        if (verb === 'add') {
          const value = { id }
          table.add(value)
          model.set(id, value)
        } else expect(table.remove(id)).toBe(model.delete(id))
        expect(table.size).toBe(model.size)
      }
      for (let low = 1; low <= 200; low++) expect(table.get(base + low)).toBe(model.get(base + low))
      expect(table.all()).toEqual([...model.values()].sort((first, second) => first.id - second.id))
      const visited: { readonly id: number }[] = []
      table.forEach((value) => visited.push(value))
      expect(visited.sort((first, second) => first.id - second.id)).toEqual(table.all())
    }),
  )
})

test('finds a stream that stays open while thousands of others come and go', () => {
  const table = new IdTable<{ readonly id: number }>()
  const old = { id: 1 }
  table.add(old)
  for (let id = 3; id < 20_000; id += 2) {
    table.add({ id })
    if (id > 20) expect(table.remove(id - 16)).toBe(true)
    expect(table.get(1)).toBe(old)
  }
  expect(table.size).toBe(10)
})
