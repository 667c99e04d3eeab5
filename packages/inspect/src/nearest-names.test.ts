import { expect, test } from 'vitest'
import { nearestNames } from './nearest-names.ts'

test('puts the fewest edits first, whatever the case, and gives three at most', () => {
  const names = ['app/chat/Generate', 'app/chat/Delete', 'risk/bank/Score', 'app/shop/Buy']

  expect(nearestNames('APP/chat/genrate', names)).toEqual(['app/chat/Generate', 'app/chat/Delete', 'app/shop/Buy'])
})

test('takes a part of a name for near', () => {
  expect(nearestNames('score', ['scare', 'risk.eu-west.example/bank.v1.Risk/Score'])[0]).toContain('Score')
})

test('has nothing to offer where there is nothing', () => {
  expect(nearestNames('x', [])).toEqual([])
})
