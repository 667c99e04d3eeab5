import { once } from 'node:events'
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TcpRelay } from './tcp-relay.ts'

const DELAY_MS = 40
let echo: Server
let relay: TcpRelay
let client: Socket

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket))
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  relay = await TcpRelay.start((echo.address() as AddressInfo).port, DELAY_MS)
  client = createConnection({ host: '127.0.0.1', port: relay.port })
  await once(client, 'connect')
})
afterEach(() => {
  client.destroy()
  relay.close()
  echo.close()
})

async function answer(): Promise<string> {
  const [data] = (await once(client, 'data')) as [Buffer]
  return data.toString()
}

test('everything takes the delay each way', async () => {
  const startMs = performance.now()
  client.write('hello')

  expect(await answer()).toBe('hello')
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(2 * DELAY_MS - 2)
})

test('nothing gets through while it is cut, and what was on its way arrives in order when it is healed', async () => {
  relay.cut()
  client.write('one ')
  await new Promise((resolve) => setTimeout(resolve, DELAY_MS / 2))
  client.write('two')
  let heard = ''
  client.on('data', (data) => (heard += data.toString()))
  await new Promise((resolve) => setTimeout(resolve, 4 * DELAY_MS))
  expect(heard).toBe('')

  relay.heal()
  await expect.poll(() => heard).toBe('one two')
})
