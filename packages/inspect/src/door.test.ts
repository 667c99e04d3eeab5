import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Door } from './door.ts'

/** A door on the loopback interface, what came in, and a connection to it. */
async function knock(longestSilenceMs?: number): Promise<{ door: Door; entered: Socket[]; caller: Socket }> {
  const entered: Socket[] = []
  const door = new Door((socket) => entered.push(socket), longestSilenceMs)
  const port = await door.listen('127.0.0.1:0')
  const caller = connect(port, '127.0.0.1')
  onTestFinished(() => {
    door.close()
    caller.destroy()
  })
  await once(caller, 'connect')
  return { door, entered, caller }
}

test('who only looks whether somebody listens does not enter', async () => {
  const { entered, caller } = await knock()
  caller.resume().end()
  await once(caller, 'close')

  expect(entered).toEqual([])
})

test('who says something enters, and all of it is still to be read', async () => {
  const { entered, caller } = await knock()
  const echoed = once(caller, 'data')
  caller.write('PRI')
  while (entered.length === 0) await new Promise(setImmediate)
  entered[0]?.on('data', (octets: Buffer) => entered[0]?.end(octets))

  expect(String(await echoed)).toBe('PRI')
})

test('who says nothing for too long has to go', async () => {
  const { entered, caller } = await knock(1)
  await once(caller.resume(), 'close')

  expect(entered).toEqual([])
})

test('who has said nothing when the door is closed has to go', async () => {
  const { door, entered, caller } = await knock()
  caller.on('error', () => undefined) // nobody may have picked up yet
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  caller.resume().on('close', () => resolve())
  door.close()
  await gone

  expect(entered).toEqual([])
})
