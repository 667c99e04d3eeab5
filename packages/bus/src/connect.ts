import {
  connect,
  credsAuthenticator,
  nkeyAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
  type ConnectionOptions,
  type NatsConnection,
} from '@nats-io/transport-node'

/** A connection as the client library makes it. */
export type BusConnection = NatsConnection

/** Where NATS is and who we are to it. */
export interface BusAddress {
  /** `nats://host:port`, or `tls://host:port`; any one that answers will do. */
  readonly servers: readonly string[]
  /** Shown in the server's monitoring. */
  readonly name: string
  readonly user?: string
  /** A function is asked at each connection, so that a password can be changed; so are the next two. */
  readonly password?: string | (() => string)
  /** Seed of the nkey that stands for us (`SU…`), instead of user and password. */
  readonly seed?: () => Uint8Array
  /** A credentials file, JWT and seed, instead of either. */
  readonly creds?: () => Uint8Array
  /** Files in PEM form, read at each connection. Given at all: nothing is sent without TLS. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string }
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
    authenticator: authenticators(address),
    ...(address.tls === undefined ? {} : { tls: { ...address.tls } }),
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

function authenticators({ user, password, seed, creds }: BusAddress): Authenticator[] {
  return [
    ...(user === undefined ? [] : [usernamePasswordAuthenticator(user, password)]),
    ...(seed === undefined ? [] : [nkeyAuthenticator(seed)]),
    ...(creds === undefined ? [] : [credsAuthenticator(creds)]),
  ]
}

/** Where answers to that party's requests arrive: a prefix of its own, so that nobody else may listen there. */
export function inboxOf(name: string): string {
  return `_INBOX_${name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`
}
