/** Root of all subjects; the version is that of the messages. */
const ROOT = 'spillway.v1'

/** A token of a subject: what regions, shards and sidecars may be called. */
const TOKEN = /^[A-Za-z0-9_-]{1,64}$/

/** Whether a name may stand in a subject: 1 to 64 letters, digits, `_` or `-`. */
export function isSubjectToken(name: string): boolean {
  return TOKEN.test(name)
}

/**
 * Subjects of the lease protocol. Each carries the id of its sender or addressee, so that permissions can bind a
 * connection to it; what a message says of its sender is never believed.
 */
export const subject = {
  /** A sidecar's reports to the aggregators of its region. */
  report: (region: string, shard: string, sidecar: string): string => `${ROOT}.report.${region}.${shard}.${sidecar}`,
  /** Grants to one sidecar. */
  grant: (region: string, shard: string, sidecar: string): string => `${ROOT}.grant.${region}.${shard}.${sidecar}`,
  /** A region's reports to the candidates for allocator. */
  up: (shard: string, region: string): string => `${ROOT}.up.${shard}.${region}`,
  /** Grants to one region. */
  down: (shard: string, region: string): string => `${ROOT}.down.${shard}.${region}`,
  /** A region's candidates for allocator ask all regions for their votes. */
  vote: (shard: string, region: string): string => `${ROOT}.vote.${shard}.${region}`,
  /** Region `voter` votes on a candidate of `region`. */
  promise: (shard: string, region: string, voter: string): string => `${ROOT}.promise.${shard}.${region}.${voter}`,
  /** An allocator leaves and hands its office over to all candidates. */
  leave: (shard: string, region: string): string => `${ROOT}.leave.${shard}.${region}`,
  /** Processes of a region speak of who follows its aggregator. */
  succession: (region: string, shard: string, process: string): string =>
    `${ROOT}.succession.${region}.${shard}.${process}`,
  /** A candidate for aggregator asks the voters of its region. */
  regionVote: (region: string, shard: string, process: string): string => `${ROOT}.vote.${region}.${shard}.${process}`,
  /** A voter of a region votes on a candidate for its aggregator. */
  regionPromise: (region: string, shard: string, process: string, voter: string): string =>
    `${ROOT}.promise.${region}.${shard}.${process}.${voter}`,
  /** Advisories: refused messages, fencing, changes of office. `from` is who noticed. */
  advice: (region: string, from: string, kind: string): string => `${ROOT}.advice.${region}.${from}.${kind}`,
} as const

/** The last token of a subject: the id of whoever it is about. */
export function lastToken(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}
