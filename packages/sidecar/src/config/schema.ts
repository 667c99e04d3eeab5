import { z } from 'zod'
import * as kinds from './kinds.ts'
import { byName, group, section } from './section.ts'
import { optional, required, setting } from './setting.ts'
import { upstreamSetting } from './upstream-setting.ts'

const MODES = ['enforce', 'shadow', 'off'] as const
const mode = kinds.choice('mode', MODES)

/** nginx gives the body of a request as long; nothing but a call that has not been decided on is ever cut by it. */
const FIRST_MESSAGE =
  'Time for the first message of a call whose policy looks into it; later messages may take any time'

const inbound = section({
  host: setting(kinds.text, '0.0.0.0', 'Interface on which callers are accepted'),
  port: setting(kinds.port, 7051, 'Port for callers'),
  app: setting(kinds.address, '127.0.0.1:50051', 'Where the service itself listens'),
  max_connections: setting(kinds.whole(1), 10_000, 'Connections of callers; further ones are closed as they come'),
  max_age: optional(kinds.duration, 'Age at which a connection is drained, give or take a tenth'),
  max_call: optional(kinds.duration, 'Deadline of calls that have none'),
  first_message_timeout: setting(kinds.duration, '60s', FIRST_MESSAGE),
})

const outbound = section({
  host: setting(kinds.text, '127.0.0.1', 'Interface on which the app is accepted'),
  port: setting(kinds.port, 7052, 'Port that the app dials instead of its upstreams'),
  upstreams: byName(upstreamSetting),
  first_message_timeout: setting(kinds.duration, '60s', FIRST_MESSAGE),
})

const inspect = section({
  host: setting(kinds.text, '127.0.0.1', 'Interface of inspector, health and reflection'),
  port: setting(kinds.port, 7053, 'Port of inspector, health and reflection'),
  socket_folder: optional(
    kinds.text,
    'Folder of the unix socket through which operators may write; private to the user',
  ),
  max_watchers: setting(kinds.whole(1, 10_000), 64, 'Streams open at once'),
})

const web = section({
  host: setting(kinds.text, '127.0.0.1', 'Interface of /metrics, /startup, /ready and /live'),
  port: setting(kinds.port, 7054, 'Port of /metrics, /startup, /ready and /live'),
})

const proto = section({
  paths: setting(kinds.listOf(kinds.text), [], 'Folders with .proto files; in YAML relative to the file'),
  roots: setting(kinds.listOf(kinds.text), [], 'Files to load; left out: every file of the folders'),
  includes: setting(kinds.listOf(kinds.text), [], 'More folders in which imports are looked for'),
})

const budget = group({
  rate: required(kinds.rate, 'Tokens a second, or a minute (6000/m) or an hour (/h), over all regions'),
  burst: required(kinds.number(0), 'Tokens that an idle budget saves up'),
  regions: byName(group({ floor: required(kinds.number(0, 1), 'Share of the rate, always kept') })),
  on_cut_off: setting(
    kinds.choice('reaction', ['floor', 'deny', 'allow']),
    'floor',
    'When the lease has run out: live on the floor, let nothing pass, or let everything pass (which breaks the promise)',
  ),
  ask_wait: setting(
    kinds.duration,
    '250ms',
    'Where a shared budget is smaller than the fleet: so long a call may wait while a unit is asked for; 0s: not at all',
  ),
})

const nats = section({
  servers: optional(kinds.listOf(kinds.natsServer), 'Through which budgets are shared; left out: they are local'),
  user: optional(kinds.text, 'Name to log in with'),
  password: optional(kinds.text, 'Password to log in with', { isSecret: true }),
  password_file: optional(kinds.text, 'File with the password, instead; files are read again at each connection'),
  nkey_file: optional(
    kinds.text,
    'File with the seed of a user nkey (SU…) to log in with, instead of user and password',
  ),
  creds_file: optional(kinds.text, 'Credentials file (JWT and seed) to log in with, instead of either'),
  tls: section({
    ca: optional(
      kinds.text,
      'PEM file of the authorities that servers are checked against; any of tls: no connection without TLS',
    ),
    cert: optional(kinds.text, 'PEM file of our certificate, where servers ask for one'),
    key: optional(kinds.text, 'PEM file of its private key'),
  }),
  id: optional(kinds.token, 'Name of this sidecar among those of its region; left out: chosen anew at each start'),
  voters: optional(
    kinds.listOf(kinds.token),
    "Ids of those who elect the region's aggregator, best three: JetStream is not needed then; the same in all processes of a region",
  ),
  slice_hold: setting(
    kinds.duration,
    '30s',
    'So long a sidecar that is cut off lives on its slice of the floor; the same in all processes of a region',
  ),
  shard: setting(kinds.token, 'main', 'Sidecars and aggregators of one shard share the same budgets'),
})

const usage = section({
  file: optional(kinds.text, 'Keeps what each budget used over restarts; left out: counted from the start'),
})

const modes = section({
  expired: setting(mode, 'enforce', 'Refuse calls whose deadline has passed'),
  breaker: setting(mode, 'enforce', 'Refuse calls to a method that keeps failing'),
  budget: setting(mode, 'enforce', 'Refuse calls beyond their budget'),
  admission: setting(mode, 'enforce', 'Queue and shed calls beyond the limit'),
})

const admission = section({
  limit: setting(kinds.whole(1), 100, 'Seats: calls that the app works on at once'),
  max_queued_calls: setting(kinds.whole(0), 1_024, 'Calls that may wait'),
  max_queued_bytes: setting(kinds.size, '16MiB', 'Octets that waiting calls may hold'),
  max_wait: section({
    critical: setting(kinds.duration, '100ms', 'Longest wait of critical calls'),
    standard: setting(kinds.duration, '100ms', 'Longest wait of standard calls'),
    sheddable: setting(kinds.duration, '100ms', 'Longest wait of sheddable calls'),
    batch: setting(kinds.duration, '5s', 'Longest wait of batch calls'),
  }),
  critical_reserve: setting(kinds.number(0, 0.9), 0, 'Share of the seats that only critical calls may take'),
  reserve_lent_after: setting(kinds.duration, '1s', 'The reserve is lent when no critical call came for so long'),
  pushback: setting(kinds.duration, '200ms', 'About how long a caller that was shed should stay away'),
  shed_status: setting(
    kinds.choice('status', ['RESOURCE_EXHAUSTED', 'UNAVAILABLE']),
    'RESOURCE_EXHAUSTED',
    'Status of calls that are shed by priority',
  ),
})

const breaker = section({
  patience: setting(
    kinds.duration,
    '1s',
    "A deadline of the caller's own below this proves nothing against the upstream",
  ),
})

const trust = section({
  strict: setting(kinds.truth, false, 'Refuse a class that the peer may not claim, instead of lowering it'),
  service_maximum: setting(kinds.priorityClass, 'critical', 'The most important class that the app itself may claim'),
  inbound_loopback: setting(
    kinds.truth,
    false,
    'Trust callers on this machine like the app itself (a chain on one machine)',
  ),
  allow: byName(required(kinds.priorityClass, 'Verified identity and the most important class it may claim')),
  top_share: section({
    share: setting(kinds.number(0, 1), 0.2, "Share of a peer's calls that may be critical because it says so"),
    allowance: setting(kinds.whole(0), 10, 'So many claims in the window stand whatever the share'),
    window: setting(kinds.duration, '10s', 'Over which the share is counted'),
    max_peers: setting(kinds.whole(1), 4_096, 'Peers that are kept track of'),
  }),
})

const log = section({
  to: setting(
    kinds.choice('destination', ['stderr', 'stdout', 'off']),
    'stderr',
    'Where the decision log goes, JSON lines',
  ),
})

const drain = section({
  settle: setting(
    kinds.duration,
    '1s',
    'Calls and connections are still taken for so long after health says NOT_SERVING',
  ),
  grace: setting(kinds.duration, '30s', 'Calls in flight may go on for so long'),
  stop: setting(kinds.duration, '10s', 'Time for the app to end after SIGTERM, before SIGKILL'),
})

/**
 * spillway.yaml: the one schema. Each setting has its default and its meaning beside its type; flags, environment
 * variables and the table in the documentation follow from it.
 */
export const schema = section({
  service: setting(kinds.name, 'app', 'Name of the service, in statuses and metrics'),
  region: setting(kinds.name, 'local', 'Where it runs'),
  role: setting(
    kinds.listOf(kinds.choice('role', ['sidecar', 'aggregator'])),
    ['sidecar', 'aggregator'],
    'An aggregator stands for election to share budgets out in its region, and over all regions',
  ),
  inbound,
  outbound,
  inspect,
  web,
  proto,
  budgets: byName(budget),
  nats,
  usage,
  mode: modes,
  admission,
  breaker,
  trust,
  drain,
  log,
  policy: z.unknown().optional(),
})

/** Everything that can be configured, defaults filled in, durations in milliseconds, sizes in octets. */
export type SidecarConfig = z.infer<typeof schema>
