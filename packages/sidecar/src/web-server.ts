import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/**
 * Not by `import`, which reads every export of a module, and some of these only then load HTTP/2 and a client: 15 MiB that
 * nobody here uses.
 */
const { createServer } = process.getBuiltinModule('node:http')

/** What the web server tells, asked for at each request. */
export interface WebSource {
  /** Prometheus's text format, and its content type. */
  metrics(): Promise<string>
  readonly metricsType: string
  /** The app has served once. */
  isStarted(): boolean
  /** The app serves and the sidecar is not draining. */
  isReady(): boolean
}

/** Connections at once; a scraper and a few probes need no more. */
const MAX_CONNECTIONS = 64
/** Time for the head of a request to come, in milliseconds. */
const HEAD_TIMEOUT_MS = 5_000

interface Page {
  readonly status: number
  readonly type: string
  readonly body: string
}

/**
 * Plain HTTP for those that do not speak gRPC: `/metrics` for Prometheus; `/startup`, `/ready` and `/live` for probes as
 * Kubernetes sends them, 200 for yes and 503 for no. Reads only, knows no caller, and says nothing of single calls.
 */
export class WebServer {
  readonly #source: WebSource
  readonly #server: Server

  constructor(source: WebSource) {
    this.#source = source
    this.#server = createServer({ headersTimeout: HEAD_TIMEOUT_MS, requestTimeout: HEAD_TIMEOUT_MS }, this.#serve)
    this.#server.maxConnections = MAX_CONNECTIONS
  }

  /** Binds it; port 0 takes any free one. Returns where it listens. Rejects when it cannot be bound. */
  async listen(host: string, port: number): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(port, host, resolve)
    await promise
    this.#server.off('error', reject).on('error', ignoreAcceptError)
    const bound = this.#server.address()
    if (bound === null || typeof bound === 'string') return `${host}:${port}`
    return bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`
  }

  /** Closes it at once. Safe to repeat. */
  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  readonly #serve = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', ignoreAcceptError)
    this.#pageOf(request).then(
      (page) => send(response, page),
      (error: unknown) => send(response, text(500, error instanceof Error ? error.message : String(error))),
    )
  }

  async #pageOf({ method, url = '/' }: IncomingMessage): Promise<Page> {
    if (method !== 'GET' && method !== 'HEAD') return text(405, 'only GET and HEAD')
    switch (url.split('?', 1)[0]) {
      case '/metrics':
        return { status: 200, type: this.#source.metricsType, body: await this.#source.metrics() }
      case '/startup':
        return this.#source.isStarted() ? text(200, 'started') : text(503, 'the app has not served yet')
      case '/ready':
        return this.#source.isReady() ? text(200, 'ready') : text(503, 'not ready')
      case '/live':
        return text(200, 'live')
      default:
        return text(404, 'there are /metrics, /startup, /ready and /live')
    }
  }
}

function text(status: number, line: string): Page {
  return { status, type: 'text/plain; charset=utf-8', body: `${line}\n` }
}

/** To HEAD, node leaves the body out by itself. */
function send(response: ServerResponse, { status, type, body }: Page): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
}

/** A connection that breaks concerns nobody else. */
function ignoreAcceptError(): void {
  return
}
