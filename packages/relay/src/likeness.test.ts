import { field, fieldList, type Field, type FieldList } from '@spillway/http2'
import { expect, test } from 'vitest'
import { Likenesses } from './likeness.ts'

const METHOD = field(':method', 'POST')
const PATH = field(':path', '/a.B/C')
const TYPE = field('content-type', 'application/grpc+proto')
const CLASS = field('spillway-class', 'critical.1')

function head(...fields: readonly Field[]): FieldList {
  return fieldList([METHOD, PATH, ...fields])
}

test('heads that differ in their timeout alone are alike, and their fields are passed on as one object', () => {
  const likenesses = new Likenesses()
  const first = likenesses.of(head(field('grpc-timeout', '1S'), TYPE, CLASS))
  const second = likenesses.of(head(TYPE, CLASS, field('grpc-timeout', '999m')))
  const none = likenesses.of(head(TYPE, CLASS))

  expect([second, none]).toEqual([first, first])
  expect(second).toBe(first)
  expect(first.contentType).toBe('application/grpc+proto')
  expect(first.forwardable(false, undefined).fields).toEqual([METHOD, PATH, TYPE, CLASS])
  expect(first.forwardable(true, undefined).fields).toEqual([METHOD, PATH, TYPE])
  expect(first.forwardable(true, undefined)).toBe(first.forwardable(true, undefined))
  expect(first.forwardable(true, '/a.B/D').get(':path')).toBe('/a.B/D')
})

test.each([
  ['another field', [TYPE, field('x-account', 'a')]],
  ['one field less', []],
  ['another object of the same text', [field('content-type', 'application/grpc+proto')]],
  ['another order', [CLASS, TYPE]],
])('%s makes another kind', (_, fields) => {
  const likenesses = new Likenesses()
  const first = likenesses.of(head(TYPE, ...(fields[0] === CLASS ? [CLASS] : [])))

  expect(likenesses.of(head(...fields))).not.toBe(first)
})

test('only the latest four kinds are kept, and none with a large head', () => {
  const likenesses = new Likenesses()
  const heads = Array.from({ length: 5 }, (_, index) => head(field('x-account', String(index))))
  const kinds = heads.map((one) => likenesses.of(one))
  const large = head(field('x-note', 'n'.repeat(3_000)))

  expect(heads.slice(1).map((one) => likenesses.of(one))).toEqual(kinds.slice(1))
  expect(likenesses.of(head(...(heads[4]?.fields.slice(2) ?? [])))).toBe(kinds[4])
  expect(likenesses.of(heads[0] ?? large)).not.toBe(kinds[0])
  expect(likenesses.of(large)).not.toBe(likenesses.of(large))
})

test('lists that come together again are handed out as one, the same one each time', () => {
  const likeness = new Likenesses().of(head(TYPE))
  const own = likeness.forwardable(true, undefined)
  const [added, long, short] = ['spillway-class', 'x-long', 'x-short'].map((name) => fieldList([field(name, '1')]))
  if (added === undefined || long === undefined || short === undefined) throw new Error('unreachable')
  const none = fieldList([])
  const partsOf = (time: FieldList): number => likeness.parts(own, added, time).length

  expect([partsOf(long), partsOf(long), partsOf(long)]).toEqual([3, 2, 1])
  expect(likeness.parts(own, added, long)[0]?.fields).toEqual([METHOD, PATH, TYPE, ...added.fields, ...long.fields])
  expect(likeness.parts(own, added, long)[0]).toBe(likeness.parts(own, added, long)[0])
  expect([partsOf(short), partsOf(none), partsOf(short), partsOf(long), partsOf(long)]).toEqual([2, 1, 1, 2, 1])
  expect(likeness.parts(own, none, none)).toEqual([own])
})
