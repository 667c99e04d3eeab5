/** Metadata of one call as policies may see it: names are lower case, values as they travelled. */
export interface Metadata {
  /** The first value of that name, or undefined. */
  get(name: string): string | undefined
}

/** Names of the metadata that Spillway reads and writes. */
export const MetadataName = {
  /** Request: class and cohort, `critical.17`. */
  class: 'spillway-class',
  /** Request: the fairness key. */
  tenant: 'spillway-tenant',
  /** Trailer: admission level, sequence, validity. */
  admit: 'spillway-admit',
  /** Trailer: the sidecar, not the application, made this status. */
  origin: 'spillway-origin',
  /** Header: this answer is degraded, by which rule and why. */
  fallback: 'spillway-fallback',
  /** Request: time left (gRPC over HTTP/2). */
  timeout: 'grpc-timeout',
  /** Request: how often the call was tried before (gRFC A6). */
  previousAttempts: 'grpc-previous-rpc-attempts',
  /** Trailer: delay before a retry, negative for none (gRFC A6). */
  pushback: 'grpc-retry-pushback-ms',
  /** Trailer: google.rpc.Status with details. */
  details: 'grpc-status-details-bin',
} as const

/** The field that carries W3C baggage (https://www.w3.org/TR/baggage/), which OpenTelemetry copies to child calls. */
export const BAGGAGE = 'baggage'

/** Every name of this prefix is Spillway's own and is stripped from untrusted peers. */
export const OWN_PREFIX = 'spillway-'
