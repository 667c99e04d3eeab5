export type {
  Answer,
  CallHandler,
  Exchange,
  ExchangeEnd,
  ExchangeObserver,
  FirstMessage,
  Forwarding,
} from './exchange.ts'
export { DEFAULT_LISTENER_CONFIG, type ListenerConfig, type ListenerSnapshot } from './listener-config.ts'
export type { EndpointConfig, StreamSeeker, Upstream } from './upstream.ts'
export {
  DEFAULT_UPSTREAM_CONFIG,
  type EndpointSnapshot,
  type EndpointState,
  type UpstreamConfig,
  type UpstreamSnapshot,
} from './upstream-config.ts'
