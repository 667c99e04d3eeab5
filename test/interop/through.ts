import { OWN_PREFIX, Status } from '@spillway/call'
import { loadContract } from '@spillway/contract'
import {
  AS_IT_CAME,
  Listener,
  UpstreamGroup,
  createRelayResources,
  type CallHandler,
  type Exchange,
  type ExchangeObserver,
} from '@spillway/relay'
import { createSidecar, type Sidecar } from '@spillway/sidecar'
import { configFrom } from '@spillway/sidecar/config'

/** A way to a server: what a client is to dial instead of the server itself. */
export interface Way {
  /** `host:port` */
  readonly address: string
  close(): Promise<void>
}

/** Opens a way to the server at `target`. */
export type Through = (target: string) => Promise<Way>

/** No way at all: what the others are compared with. */
export const direct: Through = async (target) => ({ address: target, close: async () => {} })

/** The bare relay: every call is forwarded as it came, its own deadline enforced. */
const throughRelay: Through = async (target) => {
  const resources = createRelayResources()
  const upstream = new UpstreamGroup({ name: 'app', endpoints: [{ address: target, priority: 0 }] }, resources)
  const listener = new Listener({ address: '127.0.0.1:0' }, forwardTo(upstream), resources)
  const address = await listener.listen()
  return {
    address,
    close: async () => {
      listener.close()
      upstream.close()
    },
  }
}

/** Through a sidecar to the app that it is attached to, as its callers go. */
const throughInbound: Through = async (target) => {
  const sidecar = await startSidecar({ inbound: { host: '127.0.0.1', port: 0, app: target } })
  return { address: sidecar.addresses.inbound, close: () => sidecar.close() }
}

/** Through a sidecar to somebody else, as its app goes. */
const throughOutbound: Through = async (target) => {
  const upstreams = {
    target: { endpoints: [target], services: ['interop.Test', 'interop.Missing', 'planned.Test', 'a.B'] },
  }
  const sidecar = await startSidecar({
    inbound: { host: '127.0.0.1', port: 0, app: '127.0.0.1:1' },
    outbound: { port: 0, upstreams },
  })
  return { address: sidecar.addresses.outbound, close: () => sidecar.close() }
}

/** Every way that the suites go, by the name that tests print. */
export const WAYS: readonly (readonly [name: string, through: Through])[] = [
  ['the bare relay', throughRelay],
  ['a sidecar, inbound', throughInbound],
  ['a sidecar, outbound', throughOutbound],
]

/** Metadata that a sidecar adds to a call on its way, and to its answer. */
export function isAdded(name: string): boolean {
  return name.startsWith(OWN_PREFIX) || name === 'baggage'
}

/** A sidecar without a contract. Its breakers are off: the suites fail calls on purpose. */
async function startSidecar(settings: Record<string, unknown>): Promise<Sidecar> {
  const modes = { mode: { breaker: 'off' }, inspect: { port: 0 }, web: { port: 0 }, outbound: { port: 0 } }
  const config = configFrom({ ...modes, ...settings })
  const contract = loadContract({ paths: [], roots: [], includes: [], budgets: [] })
  if ('problems' in config) throw new Error(JSON.stringify(config.problems))
  if ('problems' in contract) throw new Error(JSON.stringify(contract.problems))
  const { inspect } = config.ok.config
  const sidecar = createSidecar(
    { ...config.ok.config, inspect: { ...inspect, socketFolder: undefined } },
    { contract: contract.ok },
  )
  await sidecar.start()
  return sidecar
}

function forwardTo(upstream: UpstreamGroup): CallHandler {
  return {
    opened: (exchange) => {
      exchange.forward(upstream, AS_IT_CAME, exchange.arrivedMs + exchange.allowedMs)
      return observerOf(exchange)
    },
  }
}

function observerOf(exchange: Exchange): ExchangeObserver {
  return {
    unreachable: () =>
      exchange.answer({
        status: Status.UNAVAILABLE,
        message: 'the upstream cannot be reached',
        reply: undefined,
        headers: [],
        trailers: [],
      }),
    answering: () => {},
    ended: () => {},
  }
}
