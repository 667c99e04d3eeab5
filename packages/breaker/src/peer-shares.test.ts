import { expect, test } from 'vitest'
import { Door, peer } from './door.fixture.ts'

test('is not opened by one hostile caller among others', () => {
  const door = new Door()

  for (let round = 0; round < 500; round++) {
    door.send(1, 'success', peer(`good-${round % 5}`))
    if (round % 100 === 0) door.send(1, 'fault', peer(`good-${round % 5}`))
    door.send(20, 'fault', peer('hostile'))
    door.clock.advance(50)
  }

  expect(door.transitions).toEqual([])
  expect(door.view().loneCulprit).toBe('hostile')
})

test('is not opened by a hostile caller that called before the others came, with one chance fault of theirs', () => {
  const door = new Door()
  door.send(19, 'fault', peer('hostile'))

  door.send(19, 'success', peer('good'))
  door.send(1, 'fault', peer('good'))

  expect(door.view()).toMatchObject({ state: 'closed', faults: 20, loneCulprit: 'hostile' })
})

test('is opened by a caller that is alone', () => {
  const door = new Door()

  door.send(20, 'fault', { peer: { kind: 'app', id: 'app' } })

  expect(door.view().state).toBe('open')
})

test('is not kept from recovering by a hostile caller either', () => {
  const door = new Door()
  door.breakDown()

  let served = 0
  for (let tenth = 0; tenth < 600; tenth++) {
    door.send(50, 'fault', peer('hostile'))
    served += door.send(1, 'success', peer('good'))
    door.clock.advance(100)
  }

  expect(door.view().state).toBe('closed')
  expect(served).toBeGreaterThan(500)
})

test('opens for a busy caller when a quiet one has no success to show', () => {
  const door = new Door()
  door.send(1, 'fault', peer('quiet'))

  door.send(20, 'fault', peer('busy'))

  expect(door.view().state).toBe('open')
})

test('is opened by a caller whose neighbours have gone silent for a window', () => {
  const door = new Door()
  door.send(100, 'success', peer('gone'))
  door.clock.advance(10_000)

  door.send(20, 'fault', peer('busy'))

  expect(door.view().state).toBe('open')
})

test('opens when the upstream fails for everybody, however unequal their shares', () => {
  const door = new Door()
  door.send(60, 'success', peer('busy'))
  door.send(6, 'success', peer('quiet'))

  door.send(60, 'fault', peer('busy'))
  expect(door.view().state).toBe('closed')
  door.send(2, 'fault', peer('quiet'))

  expect(door.view().state).toBe('open')
})

test('opens when two callers fail and the rest are well, if the two are enough', () => {
  const door = new Door()
  door.send(50, 'success', peer('good'))

  door.send(10, 'fault', peer('one'))
  door.send(10, 'fault', peer('two'))

  expect(door.view().state).toBe('open')
})

test('tells no more callers apart than it may, and still spares the others', () => {
  const door = new Door({ maxPeers: 3 })
  for (let stranger = 0; stranger < 1_000; stranger++) door.send(1, 'success', peer(`stranger-${stranger}`))

  door.send(1_000, 'fault', peer('hostile'))

  expect(door.view()).toMatchObject({ state: 'closed', calls: 2_000, faults: 1_000 })
})

test('gives the place of callers that went silent to new ones', () => {
  const door = new Door({ maxPeers: 3 })
  for (let old = 0; old < 10; old++) door.send(10, 'success', peer(`old-${old}`))
  door.clock.advance(10_000)

  door.send(10, 'success', peer('good'))
  door.send(1_000, 'fault', peer('hostile'))

  expect(door.view().state).toBe('closed')
})

test('knows a caller again that went silent, lost its place and came back', () => {
  const door = new Door({ maxPeers: 3 })
  for (let old = 0; old < 3; old++) door.send(10, 'success', peer(`old-${old}`))
  door.clock.advance(10_000)
  door.send(20, 'success', peer('good'))

  door.send(1_000, 'fault', peer('old-0'))

  expect(door.view()).toMatchObject({ state: 'closed', loneCulprit: 'old-0' })
})

test('gives a caller that was not told apart a place of its own once there is one', () => {
  const door = new Door({ maxPeers: 3 })
  for (let old = 0; old < 3; old++) door.send(10, 'success', peer(`old-${old}`))
  door.send(1, 'success', peer('late'))
  door.clock.advance(5_000)
  door.send(1, 'success', peer('another'))
  door.clock.advance(5_000)
  door.send(20, 'success', peer('good'))

  door.send(1_000, 'fault', peer('late'))

  expect(door.view().loneCulprit).toBe('late')
})
