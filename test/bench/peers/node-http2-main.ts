/** A proxy in plain node:http2: one client session to the backend, streams piped both ways, trailers kept. */
import {
  connect,
  createServer,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { portsFromArguments } from './node-program.ts'

const { listenPort, backendPort } = portsFromArguments()
let session = dial()
const server = createServer()

server.on('stream', (downstream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
  const upstream = session.request(headers)
  forwardTrailers(upstream, downstream)
  upstream.on('response', (answer) => {
    if (downstream.destroyed) return
    downstream.respond(answer, { waitForTrailers: true })
    upstream.pipe(downstream)
  })
  downstream.pipe(upstream)
  downstream.on('close', () => upstream.close())
  downstream.on('error', () => undefined)
  upstream.on('error', () => downstream.close())
})
server.on('sessionError', () => undefined)
server.listen(listenPort, '127.0.0.1')

/** Connects, and again whenever the session is over: node ends one that saw many resets. */
function dial(): ClientHttp2Session {
  const dialled = connect(`http://127.0.0.1:${backendPort}`)
  dialled.on('error', () => undefined)
  dialled.on('close', () => {
    session = dial()
  })
  return dialled
}

function forwardTrailers(upstream: ClientHttp2Stream, downstream: ServerHttp2Stream): void {
  let trailers: IncomingHttpHeaders = {}
  upstream.on('trailers', (received) => (trailers = received))
  downstream.on('wantTrailers', () => downstream.sendTrailers(trailers))
}
