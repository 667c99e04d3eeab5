import { expect, test } from 'vitest'
import { readFlags } from './run-regions.ts'

test('reads its flags', () => {
  expect(readFlags(['--short', '--leaf'])).toEqual({ isShort: true, isLeaf: true })
  expect(readFlags([])).toEqual({ isShort: false, isLeaf: false })
})

test.each([
  ['--fast', 'unknown flag --fast (allowed: --short, --leaf). Fix: npm run regions -- --short'],
  ['--leaves', 'unknown flag --leaves (allowed: --short, --leaf). Fix: npm run regions -- --leaf'],
  ['short', 'unknown flag short (allowed: --short, --leaf). Fix: npm run regions -- --short'],
])('says in one line what is wrong with %s, what is allowed, and a fix', (flag, line) => {
  expect(readFlags([flag])).toBe(line)
})
