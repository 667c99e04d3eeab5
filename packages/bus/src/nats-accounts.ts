import { inboxOf } from './connect.ts'
import { isSubjectToken, subject } from './subject.ts'

/** How a user proves who it is. */
export type Credential =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** A public key (`U…`): the server stores no secret. */
  | { readonly kind: 'nkey'; readonly publicKey: string }

/** Who may connect, and as what. */
export type BusUser =
  | {
      readonly role: 'sidecar'
      readonly region: string
      readonly shard: string
      readonly id: string
      readonly credential: Credential
      /** It is one of those who elect the region's aggregator. */
      readonly isVoter?: boolean
    }
  /** A sidecar that may become aggregator and allocator besides, as a process with `role: [sidecar, aggregator]` is. */
  | {
      readonly role: 'both'
      readonly region: string
      readonly shard: string
      readonly id: string
      readonly credential: Credential
    }
  /** A process that may become aggregator and allocator; `id` is the name it connects with. */
  | {
      readonly role: 'region'
      readonly region: string
      readonly shard: string
      readonly id: string
      readonly credential: Credential
    }
  /** Reads everything, publishes nothing. */
  | { readonly role: 'operator'; readonly credential: Credential }
  /** Another nats-server that joins as leaf node. */
  | { readonly role: 'leaf'; readonly credential: Credential }

interface Permissions {
  readonly publish: readonly string[]
  readonly subscribe: readonly string[]
}

/**
 * The `accounts` part of a nats-server configuration: one account for the leases, and for each user the subjects it may use.
 * A sidecar can publish nothing but its own reports and advisories, and hear nothing but its own grants; it gets no
 * key store. Nobody but a region's own processes can speak for that region.
 *
 * `jetStream`: this server keeps buckets itself. Throws RangeError for an id that cannot stand in a subject.
 */
export function natsAccounts(users: readonly BusUser[], jetStream: boolean): string {
  const blocks = users.flatMap((user) => userLines(user).map((line) => `      ${line}`))
  return [
    'accounts {',
    '  SPILLWAY {',
    ...(jetStream ? ['    jetstream: enabled'] : []),
    '    users: [',
    ...blocks,
    '    ]',
    '  }',
    '  SYS { users: [] }',
    '}',
    'system_account: SYS',
    '',
  ].join('\n')
}

function userLines(user: BusUser): string[] {
  const { credential } = user
  const identity =
    credential.kind === 'nkey'
      ? `nkey: ${quote(credential.publicKey)}`
      : `user: ${quote(credential.user)}, password: ${quote(credential.password)}`
  const permissions = permissionsOf(user)
  if (!permissions) return [`{ ${identity} }`]
  return [
    `{ ${identity}, permissions: {`,
    ...rule('publish', permissions.publish),
    ...rule('subscribe', permissions.subscribe),
    '} }',
  ]
}

function permissionsOf(user: BusUser): Permissions | undefined {
  switch (user.role) {
    case 'sidecar':
      return sidecarPermissions(checked(user), user.isVoter)
    case 'region':
      return regionPermissions(checked(user))
    case 'both':
      return joined(sidecarPermissions(checked(user)), regionPermissions(user))
    case 'operator':
      return { publish: [], subscribe: ['spillway.v1.>'] }
    case 'leaf':
      return undefined
  }
}

const NOTHING: Permissions = { publish: [], subscribe: [] }

interface Member {
  readonly region: string
  readonly shard: string
  readonly id: string
}

function sidecarPermissions(member: Member, isVoter = false): Permissions {
  const { region, shard, id } = member
  const voter = isVoter ? voterPermissions(member) : NOTHING
  return {
    publish: [subject.report(region, shard, id), subject.advice(region, id, '*'), ...voter.publish],
    subscribe: [subject.grant(region, shard, id), ...voter.subscribe],
  }
}

function joined(one: Permissions, other: Permissions): Permissions {
  return {
    publish: [...new Set([...one.publish, ...other.publish])],
    subscribe: [...new Set([...one.subscribe, ...other.subscribe])],
  }
}

function voterPermissions({ region, shard, id }: Member): Permissions {
  return {
    publish: [subject.regionPromise(region, shard, '*', id)],
    subscribe: [subject.regionVote(region, shard, '*')],
  }
}

function regionPermissions(member: Member): Permissions {
  const { region, shard, id } = member
  const voter = voterPermissions(member)
  return {
    publish: [
      subject.grant(region, shard, '*'),
      subject.up(shard, region),
      subject.down(shard, '*'),
      subject.vote(shard, region),
      subject.promise(shard, '*', region),
      subject.leave(shard, region),
      subject.regionVote(region, shard, id),
      subject.succession(region, shard, id),
      ...voter.publish,
      subject.advice(region, id, '*'),
      '$JS.API.INFO',
      '$JS.*.API.INFO',
      ...bucketSubjects(`SPILLWAY_REGION_${region}_${shard}`),
    ],
    subscribe: [
      subject.report(region, shard, '*'),
      subject.up(shard, '*'),
      subject.down(shard, region),
      subject.vote(shard, '*'),
      subject.promise(shard, region, '*'),
      subject.leave(shard, '*'),
      subject.regionPromise(region, shard, id, '*'),
      subject.succession(region, shard, '*'),
      ...voter.subscribe,
      `${inboxOf(id)}.>`,
    ],
  }
}

/** What it takes to make, inspect, read and write one bucket, here and in a JetStream domain. Not to delete it. */
function bucketSubjects(bucket: string): string[] {
  const requests = [
    `STREAM.CREATE.KV_${bucket}`,
    `STREAM.INFO.KV_${bucket}`,
    `STREAM.MSG.GET.KV_${bucket}`,
    `DIRECT.GET.KV_${bucket}`,
    `DIRECT.GET.KV_${bucket}.>`,
  ]
  return [
    `$KV.${bucket}.leader`,
    `$JS.*.API.$KV.${bucket}.leader`,
    ...requests.flatMap((request) => [`$JS.API.${request}`, `$JS.*.API.${request}`]),
  ]
}

function checked<User extends Member>(user: User): User {
  for (const name of [user.region, user.shard, user.id]) {
    if (!isSubjectToken(name))
      throw new RangeError(`"${name}" cannot stand in a subject: 1 to 64 letters, digits, _ or -`)
  }
  return user
}

function rule(verb: string, subjects: readonly string[]): string[] {
  if (subjects.length === 0) return [`  ${verb}: { deny: [">"] }`]
  return [`  ${verb}: { allow: [`, ...subjects.map((name) => `    ${quote(name)}`), '  ] }']
}

function quote(text: string): string {
  return JSON.stringify(text)
}
