import { fileURLToPath } from 'node:url'
import {
  Client,
  Metadata,
  Server,
  ServerCredentials,
  credentials,
  type ChannelOptions,
  type MetadataValue,
  type ServerUnaryCall,
  type ServiceDefinition,
  type ServerWritableStream,
  type ServiceError,
  type StatusObject,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { loadContract, type Contract } from '@spillway/contract'
import { InspectorClient } from '@spillway/inspect/client'
import { createSidecar, type Sidecar, type SidecarConfig } from '@spillway/sidecar'
import { configFrom } from '@spillway/sidecar/config'

const STOCK_PROTO = fileURLToPath(new URL('stock.proto', import.meta.url))
const PROTO_ROOT = fileURLToPath(new URL('../../proto', import.meta.url))
const STOCK = '/stock.v1.Stock/'

/** What callers send. */
export interface Item {
  readonly name?: string
  readonly count?: number
}

/** What the app answers. */
export interface Receipt {
  readonly note: string
}

/** How the app does its unary calls; throw a `ServiceError`-like object to fail. */
export type Work = (method: string, item: Item, metadata: Metadata) => Promise<Receipt>

/** How one call ended, as the caller sees it. */
export interface Answer {
  readonly code: number
  readonly details: string
  readonly note: string | undefined
  readonly headers: ReadonlyMap<string, MetadataValue>
  readonly trailers: ReadonlyMap<string, MetadataValue>
}

/** A real grpc-js service. */
export class StockApp {
  readonly address: string
  /** Methods that were called, in order. */
  readonly calls: string[] = []
  readonly #server: Server

  private constructor(server: Server, address: string) {
    this.#server = server
    this.address = address
  }

  /** `port` of the loopback interface; any free one unless told. */
  static async start(work: Work, port = 0): Promise<StockApp> {
    const server = new Server()
    let app: StockApp | undefined
    const serve = (method: string) => (call: ServerUnaryCall<Item, Receipt>, done: sendUnaryData<Receipt>) => {
      app?.calls.push(method)
      work(method, call.request, call.metadata).then(
        (receipt) => done(null, receipt),
        (error: Partial<ServiceError>) => done(error),
      )
    }
    const report = (call: ServerWritableStream<Item, Receipt>): void => {
      app?.calls.push('Report')
      void work('Report', call.request, call.metadata).then((receipt) => {
        call.write(receipt)
        call.end()
      })
    }
    const unary = ['Reserve', 'Look', 'Guess', 'Charge'].map((method) => [method, serve(method)])
    server.addService(stockService, { ...Object.fromEntries(unary), Report: report })
    const bound = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, chosen) =>
        error === null ? resolve(chosen) : reject(error),
      )
    })
    app = new StockApp(server, `127.0.0.1:${bound}`)
    return app
  }

  close(): void {
    this.#server.forceShutdown()
  }
}

/** A grpc-js caller. */
export class StockCaller {
  readonly #client: Client

  constructor(address: string, options: ChannelOptions = {}) {
    this.#client = new Client(address, credentials.createInsecure(), { 'grpc.enable_retries': 0, ...options })
  }

  /** Makes a call and waits for its end; of several replies it keeps the last. */
  call(method: string, item: Item = {}, metadata: Record<string, string> = {}, timeoutMs = 10_000): Promise<Answer> {
    const definition = stockService[method]
    if (definition === undefined) throw new Error(`no method ${method}`)
    return this.#send(
      `${STOCK}${method}`,
      definition.requestSerialize,
      definition.responseDeserialize,
      item,
      metadata,
      timeoutMs,
    )
  }

  /** Calls any path with these octets for a message. */
  raw(path: string, message: Buffer = Buffer.alloc(0)): Promise<Answer> {
    return this.#send(path, identity, () => ({ note: '' }), message, {}, 10_000)
  }

  close(): void {
    this.#client.close()
  }

  #send<Request>(
    path: string,
    serialize: (request: Request) => Buffer,
    deserialize: (bytes: Buffer) => Receipt,
    request: Request,
    metadata: Record<string, string>,
    timeoutMs: number,
  ): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    let note: string | undefined
    let headers = new Metadata()
    const call = this.#client.makeServerStreamRequest(path, serialize, deserialize, request, toMetadata(metadata), {
      deadline: Date.now() + timeoutMs,
    })
    call.on('metadata', (received: Metadata) => (headers = received))
    call.on('data', (receipt: Receipt) => ({ note } = receipt))
    call.on('error', () => undefined)
    call.on('status', ({ code, details, metadata: trailers }: StatusObject) => {
      resolve({ code, details, note, headers: plain(headers), trailers: plain(trailers) })
    })
    return promise
  }
}

/** App, sidecar and caller in a row. Dispose of it when the test is over. */
export class Scene implements AsyncDisposable {
  readonly app: StockApp
  readonly sidecar: Sidecar
  readonly caller: StockCaller
  readonly #log: readonly string[]

  private constructor(app: StockApp, sidecar: Sidecar, caller: StockCaller, log: readonly string[]) {
    this.app = app
    this.sidecar = sidecar
    this.caller = caller
    this.#log = log
  }

  /** An app that works like this behind a sidecar with these settings, and a caller in front of it. */
  static async set(work: Work, settings: Record<string, unknown> = {}, options: ChannelOptions = {}): Promise<Scene> {
    const app = await StockApp.start(work)
    const log: string[] = []
    const config = sceneConfig(app.address, settings)
    const sidecar = await startSidecar(config, stockContract(config.policy), (line) => log.push(line))
    return new Scene(app, sidecar, new StockCaller(sidecar.addresses.inbound, options), log)
  }

  /** Names of the events in the decision log so far. */
  get events(): readonly string[] {
    return this.#log.map((line) => String((JSON.parse(line) as { event: unknown }).event))
  }

  /** Resolves when that many calls wait for a seat in front of the app. */
  async queued(count: number): Promise<void> {
    const inspector = new InspectorClient({ address: this.sidecar.addresses.inspect })
    try {
      for await (const { listeners } of inspector.watchMethods('', { intervalMs: 100 })) {
        const queues = listeners.flatMap((listener) => listener.queues)
        if (queues.reduce((sum, { queued }) => sum + queued, 0) === count) return
      }
    } finally {
      inspector.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.caller.close()
    this.app.close()
    await this.sidecar.close()
  }
}

/** Calls that the app holds until the test lets them go, in the order in which they came. */
export class Held {
  readonly #held: { readonly method: string; readonly go: (receipt: Receipt) => void }[] = []
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = []

  /** The app's way of working. */
  readonly work: Work = (method) => {
    const { promise, resolve } = Promise.withResolvers<Receipt>()
    this.#held.push({ method, go: resolve })
    for (const { count, resolve: arrived } of this.#waiting) if (this.#held.length >= count) arrived()
    return promise
  }

  /** Resolves when the app holds that many calls. */
  async arrived(count: number): Promise<void> {
    if (this.#held.length >= count) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ count, resolve })
    await promise
  }

  /** Lets the oldest call go; returns its method. */
  release(): string | undefined {
    const first = this.#held.shift()
    first?.go({ note: first.method })
    return first?.method
  }
}

/** The contract of the example, with these policies over it. */
export function stockContract(policy: unknown = {}): Contract {
  const overlay = { value: policy, placeOf: () => 'the test' }
  const roots = [STOCK_PROTO]
  const loaded = loadContract({ paths: [], roots, includes: [PROTO_ROOT], budgets: ['charges'], overlay })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  return loaded.ok
}

/** A configuration on free ports of the loopback interface, with these settings changed. */
export function sceneConfig(app: string, settings: Record<string, unknown> = {}): SidecarConfig {
  const result = configFrom({
    service: 'stock',
    outbound: { port: 0 },
    inspect: { port: 0 },
    web: { port: 0 },
    budgets: { charges: { rate: 1, burst: 2 } },
    drain: { settle: '0ms', grace: '5s' },
    ...settings,
    inbound: { host: '127.0.0.1', port: 0, app, ...(settings['inbound'] as object | undefined) },
  })
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  return { ...result.ok.config, inspect: { ...result.ok.config.inspect, socketFolder: undefined } }
}

/** A sidecar in this process, started. */
export async function startSidecar(
  config: SidecarConfig,
  contract = stockContract(),
  log: (line: string) => unknown = () => undefined,
): Promise<Sidecar> {
  const sidecar = createSidecar(config, { contract, log })
  await sidecar.start()
  return sidecar
}

/** The service as proto-loader describes it. */
const stockService: ServiceDefinition = (() => {
  const definition = loadSync(STOCK_PROTO, { includeDirs: [PROTO_ROOT], keepCase: true })['stock.v1.Stock']
  if (definition === undefined || 'format' in definition) throw new Error('stock.proto has no service Stock')
  return definition
})()

function identity<T>(value: T): T {
  return value
}

function toMetadata(entries: Record<string, string>): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(entries)) metadata.set(name, value)
  return metadata
}

function plain(metadata: Metadata): ReadonlyMap<string, MetadataValue> {
  return new Map(Object.entries(metadata.getMap()))
}
