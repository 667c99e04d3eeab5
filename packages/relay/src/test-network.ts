import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { NO_DEADLINE, Status } from '@spillway/call'
import {
  AS_IT_CAME,
  type Answer,
  type CallHandler,
  type Exchange,
  type ExchangeEnd,
  type ExchangeObserver,
} from './exchange.ts'
import { Listener } from './listener.ts'
import type { ListenerConfig } from './listener-config.ts'
import { createRelayResources, type RelayResources } from './resources.ts'
import type { UpstreamConfig } from './upstream-config.ts'
import { UpstreamGroup } from './upstream-group.ts'

/** What a sidecar answers when nobody can be reached. */
export const UNREACHABLE: Answer = {
  status: Status.UNAVAILABLE,
  message: 'unreachable',
  reply: undefined,
  headers: [],
  trailers: [],
}

/** A relay under test: one listener in front of one upstream, and what its observers were told. */
export class TestRelay {
  readonly resources: RelayResources
  readonly group: UpstreamGroup
  readonly listener: Listener
  readonly events: string[] = []
  readonly ends: ExchangeEnd[] = []
  address = ''
  #awaited: { count: number; resolve: () => void } | undefined

  constructor(
    upstream: Partial<UpstreamConfig> & Pick<UpstreamConfig, 'endpoints'>,
    config: Partial<ListenerConfig> = {},
    decide?: (exchange: Exchange, relay: TestRelay) => void,
    resources: RelayResources = createRelayResources(),
  ) {
    this.resources = resources
    this.group = new UpstreamGroup({ name: 'app', ...upstream }, resources)
    const handler: CallHandler = {
      opened: (exchange) => {
        if (decide === undefined) exchange.forward(this.group, AS_IT_CAME, NO_DEADLINE)
        else decide(exchange, this)
        return this.#observerOf(exchange)
      },
    }
    this.listener = new Listener({ address: '127.0.0.1:0', ...config }, handler, resources)
  }

  async start(): Promise<this> {
    this.address = await this.listener.listen()
    return this
  }

  /** Waits until that many exchanges have ended. */
  async endOf(count: number): Promise<ExchangeEnd> {
    if (this.ends.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#awaited = { count, resolve }
      await promise
    }
    const end = this.ends[count - 1]
    if (end === undefined) throw new Error('no such end')
    return end
  }

  /** Streams, deadlines and waiting calls that are held, which must be none when nothing runs. */
  held(): {
    readonly streams: number
    readonly deadlines: number
    readonly waiting: number
    readonly upstream: number
  } {
    const { streams, deadlines } = this.listener.snapshot()
    const { waiting, endpoints } = this.group.snapshot()
    return { streams, deadlines, waiting, upstream: endpoints.reduce((sum, each) => sum + each.streams, 0) }
  }

  stop(): void {
    this.listener.close()
    this.group.close()
  }

  #observerOf(exchange: Exchange): ExchangeObserver {
    return {
      unreachable: () => {
        this.events.push('unreachable')
        exchange.answer(UNREACHABLE)
      },
      answering: () => this.events.push('answering'),
      ended: (end) => {
        this.events.push(`ended ${end.status}`)
        this.ends.push(end)
        if (this.#awaited !== undefined && this.ends.length >= this.#awaited.count) this.#awaited.resolve()
      },
    }
  }
}

/** An HTTP/2 server of another make. */
export interface Backend {
  readonly address: string
  readonly server: http2.Http2Server
  readonly sessions: Set<http2.ServerHttp2Session>
  stop(): void
}

/** Starts a node:http2 server on any port or the one named, or at `unix:/path`. */
export async function startBackend(
  serve: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders, rawHeaders: readonly string[]) => void,
  options: http2.ServerOptions & { path?: string; port?: number } = {},
): Promise<Backend> {
  const server = http2.createServer(options)
  const sessions = new Set<http2.ServerHttp2Session>()
  server.on('session', (session) => {
    sessions.add(session)
    session.on('error', () => {})
    session.on('close', () => sessions.delete(session))
  })
  server.on('stream', (stream: http2.ServerHttp2Stream, headers, _flags, rawHeaders) => {
    stream.on('error', () => {})
    serve(stream, headers, rawHeaders)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  if (options.path === undefined) server.listen(options.port ?? 0, '127.0.0.1', resolve)
  else server.listen(options.path, resolve)
  await promise
  const address =
    options.path === undefined ? `127.0.0.1:${(server.address() as AddressInfo).port}` : `unix:${options.path}`
  const stop = (): void => {
    for (const session of sessions) session.destroy()
    server.close()
  }
  return { address, server, sessions, stop }
}

/** Answers as a gRPC server does: the request's octets, then trailers. */
export function echo(stream: http2.ServerHttp2Stream): void {
  answerOk(stream)
  stream.pipe(stream)
}

/** Sends a gRPC server's response headers, and trailers with status 0 once the stream is ended. */
export function answerOk(stream: http2.ServerHttp2Stream): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
}

/** What a caller saw of one call. */
export interface Seen {
  readonly headers: http2.IncomingHttpHeaders | undefined
  readonly trailers: http2.IncomingHttpHeaders | undefined
  readonly bytes: Buffer
  readonly resetCode: number
}

/** A caller of another make, on one connection. */
export class TestCaller {
  readonly session: http2.ClientHttp2Session

  constructor(address: string, options: http2.ClientSessionOptions = {}) {
    this.session = http2.connect(`http://${address}`, options)
    this.session.on('error', () => {})
  }

  /** Opens a call and leaves it to the test. */
  open(headers: http2.OutgoingHttpHeaders = {}, endStream = false): http2.ClientHttp2Stream {
    const stream = this.session.request(
      {
        ':method': 'POST',
        ':path': '/test.Service/Method',
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      },
      { endStream },
    )
    stream.on('error', () => {})
    return stream
  }

  /** Makes a whole call. */
  async call(body: Uint8Array = Buffer.alloc(0), headers: http2.OutgoingHttpHeaders = {}): Promise<Seen> {
    const stream = this.open(headers)
    const seen = seenOf(stream)
    stream.end(body)
    return seen
  }

  stop(): void {
    this.session.destroy()
  }
}

/** Collects what a call brings, to its end. */
export async function seenOf(stream: http2.ClientHttp2Stream): Promise<Seen> {
  let headers: http2.IncomingHttpHeaders | undefined
  let trailers: http2.IncomingHttpHeaders | undefined
  const parts: Buffer[] = []
  stream.on('response', (received) => (headers = received))
  stream.on('trailers', (received) => (trailers = received))
  stream.on('data', (part: Buffer) => parts.push(part))
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.on('close', resolve)
  await promise
  return { headers, trailers, bytes: Buffer.concat(parts), resetCode: stream.rstCode ?? 0 }
}
