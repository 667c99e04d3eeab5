import { Call, defaultCallFacts } from '@spillway/call'
import { ManualClock, SeededRandom } from '@spillway/clock'
import { expect, test } from 'vitest'
import { DEFAULT_BREAKER_SETTINGS } from './breaker-settings.ts'
import { Breakers, breakerName } from './breakers.ts'
import { Door, peer } from './door.fixture.ts'

test('keeps the methods and upstreams of one another apart', () => {
  const door = new Door()
  door.breakDown()

  expect(door.enter()).toBeUndefined()
  expect(door.enter({ path: '/shop.Cart/Remove' })).toBeDefined()
  expect(door.enter({ upstream: 'risk' })).toBeDefined()
  expect(door.breakers.list().map(({ name, state }) => `${name}: ${state}`)).toEqual([
    'app shop.Cart/Add: open',
    'app shop.Cart/Remove: closed',
    'risk shop.Cart/Add: closed',
  ])
})

test('names a breaker after its upstream and method', () => {
  expect(breakerName('app', '/bank.v1.Risk/Score')).toBe('app bank.v1.Risk/Score')
  expect(breakerName('app', '_OTHER')).toBe('app _OTHER')
})

test('has no breaker for a method that was never called', () => {
  const door = new Door()

  expect(door.breakers.get(door.name)).toBeUndefined()
  expect(door.breakers.trip(door.name, 'drill')).toBeUndefined()
  expect(door.breakers.reset(door.name, 'drill')).toBeUndefined()
  expect(door.breakers.list()).toEqual([])
})

test('stays open when tripped by hand, until it is reset', () => {
  const door = new Door()
  door.send(1, 'success')

  expect(door.breakers.trip(door.name, 'drill')).toMatchObject({
    state: 'open',
    isForced: true,
    nextProbeMs: undefined,
    reason: 'tripped by hand: drill',
  })
  door.clock.advance(1e9)
  expect(door.verdict()).toMatchObject({ kind: 'breaker_open', pushbackMs: -1 })

  expect(door.breakers.reset(door.name, 'drill over')).toMatchObject({
    state: 'closed',
    isForced: false,
    openings: 0,
    reason: 'reset by hand: drill over',
  })
  expect(door.send(10, 'success')).toBe(10)
})

test('makes a natural opening permanent when tripped, and ends it at once when reset', () => {
  const door = new Door()
  door.breakDown()

  expect(door.breakers.trip(door.name, 'keep')).toMatchObject({ isForced: true, openings: 1 })
  door.clock.advance(1e6)
  expect(door.enter()).toBeUndefined()

  door.breakers.reset(door.name, 'fixed')
  expect(door.view()).toMatchObject({ state: 'closed', calls: 0 })
})

test('ignores outcomes of calls let in before it was tripped or reset', () => {
  const door = new Door()
  const calls = Array.from({ length: 50 }, () => door.call())
  for (const call of calls) door.gates.enter(call)

  door.breakers.trip(door.name, 'drill')
  door.breakers.reset(door.name, 'drill over')
  for (const call of calls) door.gates.leave(call, 'fault')

  expect(door.view()).toMatchObject({ state: 'closed', calls: 0 })
})

test('tells subscribers of every transition until they leave', () => {
  const door = new Door()
  const seen: string[] = []
  const unsubscribe = door.breakers.subscribe(({ breaker, from, to }) => seen.push(`${breaker}: ${from} > ${to}`))

  door.breakDown()
  unsubscribe()
  door.breakers.reset(door.name, 'done')

  expect(seen).toEqual(['app shop.Cart/Add: closed > open'])
})

test('remembers the last 32 transitions with their reasons and wall-clock times', () => {
  const door = new Door()
  door.send(1, 'success')
  for (let drill = 1; drill <= 20; drill++) {
    door.clock.advance(1_000)
    door.breakers.trip(door.name, `drill ${drill}`)
    door.breakers.reset(door.name, `drill ${drill} over`)
  }

  const { history } = door.view()

  expect(history).toHaveLength(32)
  expect(history[0]).toEqual({
    breaker: door.name,
    upstream: 'app',
    method: '/shop.Cart/Add',
    from: 'closed',
    to: 'open',
    reason: 'tripped by hand: drill 5',
    atWallMs: 1_005_000,
  })
})

test('shares one breaker for each upstream among the methods beyond the bound', () => {
  const door = new Door({}, 2)

  for (let method = 0; method < 1_000; method++) door.send(1, 'success', { path: `/junk.Service/M${method}` })
  door.send(1, 'success', { upstream: 'risk' })

  expect(door.breakers.list().map(({ name }) => name)).toEqual([
    'app _OTHER',
    'app junk.Service/M0',
    'app junk.Service/M1',
    'risk _OTHER',
  ])
  expect(door.view('app _OTHER').calls).toBe(998)
})

test('keeps a breaker for each declared method, whatever else was called before', () => {
  const door = new Door({}, 2)
  for (let method = 0; method < 10; method++) door.send(1, 'success', { path: `/junk.Service/M${method}` })

  door.send(1, 'success', { path: '/declared.Cart/Add' })
  door.send(1, 'success', { path: '/declared.Cart/Remove' })

  const names = door.breakers.list().map(({ name }) => name)
  expect(names).toEqual([
    'app _OTHER',
    'app declared.Cart/Add',
    'app declared.Cart/Remove',
    'app junk.Service/M0',
    'app junk.Service/M1',
  ])
})

test('counts anew after a reload which methods are declared', () => {
  const declared = new Set<string>()
  const isDeclared = (path: string): boolean => declared.has(path)
  const settingsOf = (): typeof DEFAULT_BREAKER_SETTINGS => DEFAULT_BREAKER_SETTINGS
  const clock = new ManualClock()
  const breakers = new Breakers({ clock, random: new SeededRandom(1), settingsOf, isDeclared, maxBreakers: 1 })
  const call = (path: string): unknown =>
    breakers.enter(Call.of({ ...defaultCallFacts, upstream: 'app', path }, ignored))
  const ignored = { decided: (): void => undefined }
  call('/a.A/One')

  declared.add('/a.A/One')
  breakers.reload()
  call('/a.A/Two')

  expect(breakers.list().map(({ name }) => name)).toEqual(['app a.A/One', 'app a.A/Two'])
})

test('breaks the shared breaker like any other', () => {
  const door = new Door({}, 0)

  for (let call = 0; call < 20; call++) door.send(1, 'fault', { path: `/junk.Service/M${call}`, ...peer('one') })

  expect(door.view('app _OTHER').state).toBe('open')
  expect(door.enter({ path: '/any.Service/Other' })).toBeUndefined()
})

test('makes room by forgetting breakers that are closed and idle, never one that is open', () => {
  const door = new Door({}, 2)
  door.breakDown()
  door.breakers.trip(door.name, 'keep')
  door.send(1, 'success', { path: '/old.Service/M' })

  door.clock.advance(20_000)
  door.send(1, 'success', { path: '/new.Service/M' })

  expect(door.breakers.list().map(({ name }) => name)).toEqual(['app new.Service/M', door.name])
})

test('forgets an upstream that is no longer there, and has its room for others', () => {
  const door = new Door({}, 2)
  door.breakDown()
  door.send(1, 'success', { upstream: 'risk' })
  door.breakers.forget('app')
  door.breakers.forget('never-there')

  expect(door.breakers.list().map(({ name }) => name)).toEqual(['risk shop.Cart/Add'])
  expect(door.breakers.get(door.name)).toBeUndefined()
  door.send(1, 'success', { path: '/new.Service/M' })
  expect(door.breakers.list().map(({ name }) => name)).toEqual(['app new.Service/M', 'risk shop.Cart/Add'])
})

test('does not take the outcome of a call for the breaker that was made after its own was forgotten', () => {
  const door = new Door({}, 1)
  const calls = Array.from({ length: 30 }, () => door.call())
  for (const call of calls) door.gates.enter(call)
  door.clock.advance(20_000)
  door.send(1, 'success', { path: '/new.Service/M' })
  door.clock.advance(20_000)
  door.send(1, 'success')

  for (const call of calls) door.gates.leave(call, 'fault')

  expect(door.view()).toMatchObject({ state: 'closed', calls: 1 })
})

test('takes new settings on reload, and keeps the window where nothing changed', () => {
  const clock = new ManualClock()
  let minCalls = 20
  const settingsOf = (): typeof DEFAULT_BREAKER_SETTINGS => ({ ...DEFAULT_BREAKER_SETTINGS, minCalls })
  const breakers = new Breakers({ clock, random: new SeededRandom(1), settingsOf })
  const door = new Door()
  const fail = (count: number): void => {
    for (let sent = 0; sent < count; sent++) {
      const call = door.call()
      breakers.enter(call)
      breakers.leave(call, 'fault')
    }
  }

  fail(10)
  breakers.reload()
  expect(breakers.get(door.name)?.calls).toBe(10)

  minCalls = 5
  breakers.reload()
  expect(breakers.get(door.name)?.calls).toBe(0)
  fail(5)
  expect(breakers.get(door.name)?.state).toBe('open')
})

test('schedules nothing, so that there is nothing to stop', () => {
  const door = new Door()

  door.breakDownAndWait()
  door.send(5, 'success')

  expect(door.clock.pendingTasks).toBe(0)
})

test('finds another breaker for calls like those whose breaker was forgotten', () => {
  const door = new Door({}, 1)
  const junk = { path: '/junk.Service/M' }
  door.breakDown()
  door.breakers.forget('app')
  door.send(1, 'success', junk)
  door.send(2, 'success')
  expect(door.breakers.list().map(({ name, calls }) => [name, calls])).toEqual([
    ['app _OTHER', 2],
    ['app junk.Service/M', 1],
  ])

  door.clock.advance(20_000)
  door.send(1, 'success')
  door.send(1, 'success', junk)

  expect(door.breakers.list().map(({ name, calls }) => [name, calls])).toEqual([
    ['app _OTHER', 1],
    ['app shop.Cart/Add', 1],
  ])
})
