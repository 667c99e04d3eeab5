import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '@spillway/call'
import type { SidecarConfig } from './config/schema.ts'

/**
 * What of a new configuration can come into force while the sidecar runs: policies, modes, upstreams, seats and queues, local
 * budgets. What is bound, opened or agreed on with others at the start stays as it is.
 */
export function inForce(before: SidecarConfig, after: SidecarConfig): SidecarConfig {
  const { service, region, role, inbound, inspect, web, nats, usage, drain, log } = before
  return {
    ...after,
    service,
    region,
    role,
    inbound,
    inspect,
    web,
    nats,
    usage,
    drain,
    log,
    outbound: { ...before.outbound, upstreams: after.outbound.upstreams },
    trust: { ...after.trust, inboundLoopback: before.trust.inboundLoopback },
    budgets: nats.servers === undefined ? after.budgets : budgetsWhileShared(before.budgets, after.budgets),
  }
}

/**
 * What to do when cut off is each sidecar's own affair; on rate, burst and floors those agree who share the budget out. Leases are
 * held for the budgets, and offices voted on by the regions, that were there at the start.
 */
function budgetsWhileShared(
  before: SidecarConfig['budgets'],
  after: SidecarConfig['budgets'],
): SidecarConfig['budgets'] {
  const entries = Object.entries(before).map(([name, settings]): [string, SidecarConfig['budgets'][string]] => {
    const wanted = after[name] ?? settings
    return [name, areSameRegions(settings, wanted) ? wanted : { ...wanted, regions: settings.regions }]
  })
  return Object.fromEntries(entries)
}

type Regions = Pick<SidecarConfig['budgets'][string], 'regions'>

function areSameRegions({ regions }: Regions, { regions: others }: Regions): boolean {
  return isDeepStrictEqual(Object.keys(regions).toSorted(), Object.keys(others).toSorted())
}

/** One warning for each setting that waits for a restart: what `wanted` says and `actual`, which is in force, does not. */
export function restartNeeds(wanted: SidecarConfig, actual: SidecarConfig): readonly Problem[] {
  return differences(wanted, actual, []).map((path) => ({
    severity: 'warning',
    place: 'reload',
    message: `${settingName(path)} has changed but stays as it was`,
    fix: path[0] === 'budgets' ? 'restart every process that shares the budget' : 'restart the sidecar',
  }))
}

function differences(wanted: unknown, actual: unknown, path: readonly string[]): (readonly string[])[] {
  if (isDeepStrictEqual(wanted, actual)) return []
  if (!isGroup(wanted) || !isGroup(actual)) return [path]
  const keys = new Set([...Object.keys(wanted), ...Object.keys(actual)])
  return [...keys].flatMap((key) => differences(wanted[key], actual[key], [...path, key]))
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Below these the next name is the user's own. */
const NAMED = new Set(['budgets', 'regions'])

/** As YAML has it. */
function settingName(path: readonly string[]): string {
  const words = path.map((word, index) =>
    NAMED.has(path[index - 1] ?? '') ? word : word.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  )
  return words.join('.')
}
