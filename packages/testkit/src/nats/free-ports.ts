import { createServer } from 'node:net'

/**
 * Below the range out of which systems take the local ports of outgoing connections (32768 up on Linux, 49152 up elsewhere): a
 * port from there could be taken between here and the process that is to listen on it.
 */
const FIRST = 15_000
const LAST = 32_000
const ATTEMPTS = 200

/**
 * TCP ports of the loopback interface that nobody listens on, all different. For processes that must know each other's ports
 * before any of them runs; whoever can bind port 0 should do that instead.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  for (let attempt = 0; ports.size < count && attempt < ATTEMPTS; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST))
    if (!ports.has(port) && (await canListen(port))) ports.add(port)
  }
  if (ports.size < count) throw new Error(`no ${count} free ports between ${FIRST} and ${LAST}`)
  return [...ports]
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
