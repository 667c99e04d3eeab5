import { NO_DEADLINE, Status, parseTimeoutMs } from '@spillway/call'
import {
  Listener,
  UpstreamGroup,
  createRelayResources,
  type CallHandler,
  type Exchange,
  type ExchangeObserver,
  type Forwarding,
} from '@spillway/relay'

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
export const throughRelay: Through = async (target) => {
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

/** Every way that the suites go, by the name that tests print. */
export const WAYS: readonly (readonly [name: string, through: Through])[] = [['the bare relay', throughRelay]]

function forwardTo(upstream: UpstreamGroup): CallHandler {
  return {
    opened: (exchange) => {
      exchange.forward(upstream, forwardingOf(exchange))
      return observerOf(exchange)
    },
  }
}

function forwardingOf(exchange: Exchange): Forwarding {
  const allowedMs = parseTimeoutMs(exchange.request.get('grpc-timeout') ?? '')
  return {
    isStripped: false,
    added: [],
    path: undefined,
    deadlineMs: allowedMs === undefined ? NO_DEADLINE : exchange.arrivedMs + allowedMs,
    answerHeaders: [],
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
