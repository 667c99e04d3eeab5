/**
 * Decides which literals enter the encoder's table.
 *
 * - `repeated`: a value enters when it comes for the second time, so that values that never repeat do not push out those
 *   that do. Credentials never enter: callers that share a connection share its table, and could find them out by the
 *   size of what we send (RFC 7541, 7.1). Of a name whose values change with each call one field enters, for the name.
 * - `every`: whatever fits enters at once. What the examples of RFC 7541 do; for tests and comparisons.
 */
export type IndexingPolicy = 'repeated' | 'every'

/** RFC 7541, 7.1.3, and the names that API keys commonly go by. */
const CREDENTIALS: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-auth-token',
  'x-amz-security-token',
  'x-csrf-token',
  'x-goog-api-key',
  'x-goog-iam-authorization-token',
]

const CHANGING: readonly string[] = [
  'b3',
  'content-length',
  'date',
  'grpc-retry-pushback-ms',
  'grpc-status-details-bin',
  'grpc-timeout',
  'grpc-trace-bin',
  'traceparent',
  'tracestate',
  'x-b3-parentspanid',
  'x-b3-spanid',
  'x-b3-traceid',
  'x-cloud-trace-context',
  'x-correlation-id',
  'x-request-id',
]

/** What of a name may enter the table: at once or when it is seen again, only as a name, nothing. */
export type Entrance = 'at_once' | 'repeated_value' | 'repeated_name' | 'never'

const ENTRANCES: ReadonlyMap<string, Entrance> = new Map([
  ...CREDENTIALS.map((name) => [name, 'never'] as const),
  ...CHANGING.map((name) => [name, 'repeated_name'] as const),
])

/** How fields of that name enter the table. */
export function entranceOf(name: string, policy: IndexingPolicy): Entrance {
  return policy === 'every' ? 'at_once' : (ENTRANCES.get(name) ?? 'repeated_value')
}
