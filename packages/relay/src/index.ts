export type {
  Answer,
  CallHandler,
  Exchange,
  ExchangeEnd,
  ExchangeObserver,
  FirstMessage,
  Forwarding,
} from './exchange.ts'
export type { EndpointConfig, Upstream } from './upstream.ts'
