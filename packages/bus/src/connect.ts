import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node'

/** A connection as the client library makes it. */
export type BusConnection = NatsConnection

/** Where NATS is and who we are to it. */
export interface BusAddress {
  /** `nats://host:port`, or `tls://host:port`; any one that answers will do. */
  readonly servers: readonly string[]
  /** Shown in the server's monitoring. */
  readonly name: string
  readonly user?: string
  readonly password?: string
  /** Added to, or replacing, what is derived from the above: authenticators, TLS. */
  readonly options?: ConnectionOptions
}

/**
 * Connects, and stays connected as long as it may take. Resolves with the first connection; until then, and during every
 * outage, nothing of the data plane waits for it.
 *
 * The client's defaults give up after ten tries and notice a dead link after minutes; these notice one in about four seconds
 * and never give up.
 */
export function connectBus(address: BusAddress): Promise<NatsConnection> {
  return connect({
    servers: [...address.servers],
    name: address.name,
    ...(address.user === undefined ? {} : { user: address.user }),
    ...(address.password === undefined ? {} : { pass: address.password }),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    waitOnFirstConnect: true,
    pingInterval: 2_000,
    maxPingOut: 2,
    noAsyncTraces: true,
    inboxPrefix: inboxOf(address.name),
    ...address.options,
  })
}

/** Where answers to that party's requests arrive: a prefix of its own, so that nobody else may listen there. */
export function inboxOf(name: string): string {
  return `_INBOX_${name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`
}
