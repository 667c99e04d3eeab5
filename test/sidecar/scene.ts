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
import { configFrom, createSidecar, type Sidecar, type SidecarConfig } from '@spillway/sidecar'

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

  static async start(work: Work): Promise<StockApp> {
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
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      )
    })
    app = new StockApp(server, `127.0.0.1:${port}`)
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

  /** Makes a unary call and waits for its end. */
  call(method: string, item: Item = {}, metadata: Record<string, string> = {}, timeoutMs = 10_000): Promise<Answer> {
    const definition = stockService[method]
    if (definition === undefined) throw new Error(`no method ${method}`)
    const { promise, resolve } = Promise.withResolvers<Answer>()
    let note: string | undefined
    let headers = new Metadata()
    const call = this.#client.makeUnaryRequest<Item, Receipt>(
      `${STOCK}${method}`,
      definition.requestSerialize,
      definition.responseDeserialize,
      item,
      Metadata.fromHttp2Headers(metadata),
      { deadline: Date.now() + timeoutMs },
      (_error, receipt) => (note = receipt?.note),
    )
    call.on('metadata', (received) => (headers = received))
    call.on('status', ({ code, details, metadata: trailers }: StatusObject) => {
      queueMicrotask(() => resolve({ code, details, note, headers: plain(headers), trailers: plain(trailers) }))
    })
    return promise
  }

  close(): void {
    this.#client.close()
  }
}

/** The contract of the example. */
export function stockContract(): Contract {
  const loaded = loadContract({ paths: [], roots: [STOCK_PROTO], includes: [PROTO_ROOT], budgets: ['charges'] })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  return loaded.ok
}

/** A configuration on free ports of the loopback interface, with these settings changed. */
export function sceneConfig(app: string, settings: Record<string, unknown> = {}): SidecarConfig {
  const result = configFrom({
    service: 'stock',
    outbound: { port: 0 },
    inspect: { port: 0 },
    budgets: { charges: { rate: 1, burst: 2 } },
    drain: { settle: '0ms', grace: '5s' },
    ...settings,
    inbound: { host: '127.0.0.1', port: 0, app, ...(settings['inbound'] as object | undefined) },
  })
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  return { ...result.ok.config, inspect: { ...result.ok.config.inspect, socketFolder: undefined } }
}

/** A sidecar in this process, started. */
export async function startSidecar(config: SidecarConfig, contract = stockContract()): Promise<Sidecar> {
  const sidecar = createSidecar(config, { contract })
  await sidecar.start()
  return sidecar
}

/** The service as proto-loader describes it. */
const stockService: ServiceDefinition = (() => {
  const definition = loadSync(STOCK_PROTO, { includeDirs: [PROTO_ROOT], keepCase: true })['stock.v1.Stock']
  if (definition === undefined || 'format' in definition) throw new Error('stock.proto has no service Stock')
  return definition
})()

function plain(metadata: Metadata): ReadonlyMap<string, MetadataValue> {
  return new Map(Object.entries(metadata.getMap()))
}
