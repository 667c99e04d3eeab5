import { expect, test } from 'vitest'
import { matchesGlob } from './glob.ts'

test.each([
  ['/chat.v1.Chat/Generate', '/chat.v1.Chat/Generate'],
  ['*', ''],
  ['*Chat/*', '/chat.v1.Chat/Generate'],
  ['/chat.*/Gen*ate', '/chat.v1.Chat/Generate'],
  ['**/Generate', '/chat.v1.Chat/Generate'],
  ['*a*ab', 'xaaab'],
])('%s matches %s', (pattern, text) => {
  expect(matchesGlob(pattern, text)).toBe(true)
})

test.each([
  ['', '/chat.v1.Chat/Generate'],
  ['Chat', '/chat.v1.Chat/Generate'],
  ['/chat.v1.Chat/Generate*x', '/chat.v1.Chat/Generate'],
  ['/chat?v1*', '/chat.v1.Chat/Generate'],
  ['*Chat', '/chat.v1.Chat/Generate'],
])('%s does not match %s', (pattern, text) => {
  expect(matchesGlob(pattern, text)).toBe(false)
})

test('stays fast on a pattern that makes regular expressions explode', () => {
  expect(matchesGlob('*a'.repeat(40), 'a'.repeat(4_000) + 'b')).toBe(false)
})
