import { createServer, type Socket } from 'node:net'
import {
  BufferPool,
  Connection,
  DEAF_LISTENER,
  DEFAULT_HTTP2_LIMITS,
  type ConnectionListener,
  type Http2Stream,
  type RequestHead,
  type StreamListener,
} from '@spillway/http2'

/** What a script does with a request that came: it answers on the stream, and returns who listens to it. */
export type Script = (call: ScriptedCall) => StreamListener

/** A request as a script gets it. */
export interface ScriptedCall {
  readonly stream: Http2Stream
  readonly head: RequestHead
  /** The request has no body. */
  readonly endsStream: boolean
  /** The connection it came on: to be cut, or drained. */
  readonly connection: Connection
  readonly socket: Socket
}

/** A server that was started for a test. */
export interface ScriptedServer {
  readonly port: number
  /** `127.0.0.1:port` */
  readonly address: string
  close(): void
}

/** A server on our HTTP/2 alone, without gRPC and without policy: what it answers, and how badly, is up to the script. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const pool = new BufferPool()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    serve(socket, pool, script)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('not bound to a port')
  return {
    port: bound.port,
    address: `127.0.0.1:${bound.port}`,
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function serve(socket: Socket, pool: BufferPool, script: Script): void {
  const flush = (): void => {
    const batch = connection.output.take()
    if (batch === undefined) return
    for (const chunk of batch.chunks) socket.write(chunk)
    socket.write('', () => {
      connection.output.written(batch)
      connection.resume()
    })
  }
  const listener: ConnectionListener = {
    opened: (stream, head, endsStream) => {
      stream.listener = script({ stream, head, endsStream, connection, socket })
    },
    settled: () => {},
    streamClosed: () => {},
    goneAway: () => {},
    ponged: () => {},
    finished: () => {
      flush()
      socket.destroySoon()
    },
  }
  const isWaiting = (): void => void setImmediate(flush)
  const connection = new Connection({ role: 'server', limits: DEFAULT_HTTP2_LIMITS, pool, isWaiting, listener })
  socket.on('data', (chunk: Buffer) => connection.receive(chunk))
  socket.on('error', () => {})
  socket.on('close', () => connection.lost())
}

/** A listener that hears the end of the request, its body thrown away, and nothing else. */
export function atEnd(stream: Http2Stream, ended: () => void): StreamListener {
  return {
    ...DEAF_LISTENER,
    data: (_bytes, start, end, endsStream) => {
      stream.credit(end - start)
      if (endsStream) ended()
    },
    trailers: ended,
  }
}
