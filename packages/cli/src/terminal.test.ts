import { expect, test } from 'vitest'
import { redrawn, screenOf, styled } from './terminal.ts'

const HOME = '\u001b[H\u001b[2J'

test('a picture that fits is shown as it is', () => {
  expect(redrawn({ columns: 10, rows: 5 }, 'METHOD\na.B/C\n')).toBe(`${HOME}METHOD\na.B/C\n`)
})

test('lines are cut where the screen ends, whatever their style', () => {
  const red = styled({ hasColours: true }, 'red', 'app a.B/C OPEN')

  expect(redrawn({ columns: 10, rows: 5 }, `BREAKER STATE\n${red}\n`)).toBe(
    `${HOME}BREAKER S…\n\u001b[31mapp a.B/C…\u001b[0m\n`,
  )
})

test('what the screen has no lines for is counted', () => {
  expect(redrawn({ columns: 10, rows: 4 }, '1\n2\n3\n4\n5\n')).toBe(`${HOME}1\n2\n… 3 more\n`)
})

test.each([
  [true, {}, { isTty: true, hasColours: true }],
  [true, { NO_COLOR: '' }, { isTty: true, hasColours: true }],
  [true, { NO_COLOR: '1' }, { isTty: true, hasColours: false }],
  [true, { TERM: 'dumb' }, { isTty: false, hasColours: false }],
  [false, {}, { isTty: false, hasColours: false }],
])('on a screen: %s, with %o, live tables and colours are %o', (isScreen, env, expected) => {
  expect(screenOf(isScreen, env)).toEqual(expected)
})
