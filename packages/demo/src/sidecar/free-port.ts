import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * That port of the loopback interface when nobody has it, else one that is free at this moment. Somebody may take it
 * before it is bound again; the sidecar then says so.
 */
export async function freePort(preferred: number): Promise<number> {
  return (await probe(preferred)) ?? (await probe(0)) ?? preferred
}

/** Binds the port and lets go of it; undefined when it is taken. */
async function probe(port: number): Promise<number | undefined> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : undefined
  } catch {
    return undefined
  } finally {
    server.close()
  }
}
