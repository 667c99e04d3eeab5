export { AS_IT_CAME } from './exchange.ts'
export type {
  Answer,
  AnswerReader,
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
export { createRelayResources, type RelayResources } from './resources.ts'
export { Listener } from './listener.ts'
export { UpstreamGroup } from './upstream-group.ts'
export type { Dial } from './endpoint.ts'
export { isGrpcContent, statusOfHttp, statusOfReset } from './grpc-rules.ts'
export { parseAddress, type SocketAddress } from './address.ts'
export { Transport, type TransportOwner, type TransportResources } from './transport.ts'
