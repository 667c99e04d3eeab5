/** Octets in, octets out, a connection to the backend for each: no HTTP/2 at all. What no proxy on Node's streams can do better. */
import { connect, createServer, type Socket } from 'node:net'
import { portsFromArguments } from './node-program.ts'

const { listenPort, backendPort } = portsFromArguments()

createServer({ noDelay: true }, (caller) => {
  const backend = connect({ port: backendPort, host: '127.0.0.1', noDelay: true })
  pass(caller, backend)
  pass(backend, caller)
}).listen(listenPort, '127.0.0.1')

/** The load generator never has more under way than fits into the buffers of a socket, so nobody waits for `drain`. */
function pass(from: Socket, to: Socket): void {
  from.on('data', (bytes) => to.write(bytes))
  from.on('error', () => to.destroy())
  from.on('close', () => to.destroy())
}
