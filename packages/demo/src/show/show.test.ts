import { expect, test } from 'vitest'
import { plainShow, silentShow, terminalShow, type Show } from './show.ts'

function written(build: (write: (text: string) => void) => Show): string {
  let text = ''
  const show = build((part) => (text += part))
  show.status('going on')
  show.line('done')
  return text
}

test('a pipe gets lines and nothing that moves', () => {
  expect(written(plainShow)).toBe('done\n')
})

test('a terminal gets a status that the next line wipes away', () => {
  expect(written(terminalShow)).toBe('\r\u001B[2K\u001B[?7lgoing on\u001B[?7h\r\u001B[2Kdone\n')
})

test('programs get nothing', () => {
  expect(written(() => silentShow)).toBe('')
})
