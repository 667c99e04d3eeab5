import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { SeededRandom } from '@spillway/clock'
import { afterEach, expect, test } from 'vitest'
import { receiveFrom } from './receive-from.ts'

const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

/** One end of a connection, and all that has come there, in the chunks in which it came, as they are now. */
interface End {
  readonly socket: Socket
  readonly chunks: readonly Buffer[]
}

type Place = 'a port' | 'a name' | 'a path'
const PLACES: readonly Place[] = ['a port', 'a name', 'a path']

/** Both ends of one connection: who has dialled, and who was. */
async function connected(place: Place): Promise<[End, End]> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-receive-'))
  const server = createServer()
  stops.push(
    () => server.close(),
    () => rmSync(folder, { recursive: true }),
  )
  const path = join(folder, 'socket')
  const host = place === 'a name' ? 'localhost' : '127.0.0.1'
  server.listen(place === 'a path' ? { path } : { port: 0, host })
  await once(server, 'listening')
  const address = server.address()
  const to: NetConnectOpts =
    address === null || typeof address === 'string' ? { path } : { port: address.port, host, autoSelectFamily: true }
  const { promise, resolve } = Promise.withResolvers<End>()
  server.once('connection', (socket) => resolve(listening(socket)))
  return [listening(connect(to)), await promise]
}

function listening(socket: Socket): End {
  const chunks: Buffer[] = []
  receiveFrom(socket, (chunk) => chunks.push(chunk))
  stops.push(() => socket.destroy())
  return { socket, chunks }
}

/** Pieces of one octet to some 200 KiB. */
function pieces(random: SeededRandom): readonly Buffer[] {
  return Array.from({ length: 60 }, () => {
    const length = Math.ceil(2 ** (random.next() * 17.6))
    return Buffer.from(Array.from({ length }, () => Math.floor(random.next() * 256)))
  })
}

test.each(PLACES)('what comes from %s comes whole and in order, and nothing that was kept changes', async (place) => {
  const random = new SeededRandom(7)
  const [dialled, accepted] = await connected(place)
  const [there, back] = [pieces(random), pieces(random)]
  const ends = [dialled, accepted].flatMap(({ socket }) => [once(socket, 'end'), once(socket, 'close')])
  for (let index = 0; index < there.length; index++) {
    dialled.socket.write(there[index] ?? '')
    accepted.socket.write(back[index] ?? '')
    if (index % 3 === 0) await turn()
  }

  dialled.socket.end()
  accepted.socket.end()
  await Promise.all(ends)

  expect(Buffer.concat(accepted.chunks).equals(Buffer.concat(there))).toBe(true)
  expect(Buffer.concat(dialled.chunks).equals(Buffer.concat(back))).toBe(true)
})

test('a small chunk that is kept keeps little else alive', async () => {
  const [dialled, accepted] = await connected('a port')
  for (let call = 1; call <= 100; call++) {
    dialled.socket.write(Buffer.alloc(100, call))
    while (accepted.chunks.length < call) await turn()
  }

  const memory = new Set(accepted.chunks.map(({ buffer }) => buffer))

  expect([...memory].every(({ byteLength }) => byteLength <= 4_096)).toBe(true)
  expect(memory.size).toBeLessThanOrEqual(4)
})

test.each(PLACES)('this Node reads into the one buffer: nobody listens for data from %s', async (place) => {
  const [dialled, accepted] = await connected(place)

  expect([dialled.socket.listenerCount('data'), accepted.socket.listenerCount('data')]).toEqual([0, 0])
})

test('a stream that cannot read into a buffer is listened to', async () => {
  const stream = new Duplex({ read: () => undefined, write: () => undefined })
  const chunks: Buffer[] = []
  receiveFrom(stream as Socket, (chunk) => chunks.push(chunk))

  stream.push('one')
  await once(stream, 'data')

  expect(Buffer.concat(chunks).toString()).toBe('one')
})

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
