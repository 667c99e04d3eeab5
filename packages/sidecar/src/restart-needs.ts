import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '@spillway/call'
import type { SidecarConfig } from './config/schema.ts'

/** Groups of settings that are read once, when the sidecar starts. */
const READ_ONCE = [
  'service',
  'region',
  'role',
  'inbound',
  'outbound',
  'inspect',
  'web',
  'mode',
  'breaker',
  'nats',
  'usage',
  'drain',
  'log',
] as const

/** What of a new configuration stays as it was until a restart, one warning each. */
export function restartNeeds(before: SidecarConfig, after: SidecarConfig): readonly Problem[] {
  const changed: string[] = READ_ONCE.filter((group) => !isDeepStrictEqual(before[group], after[group]))
  const queue = { ...after.admission, limit: before.admission.limit }
  if (!isDeepStrictEqual(before.admission, queue)) changed.push('admission (but for its limit)')
  if (after.nats.servers !== undefined && !isDeepStrictEqual(shared(before), shared(after))) {
    changed.push('budgets (shared: all but on_cut_off)')
  }
  return changed.map((group) => ({
    severity: 'warning',
    place: 'reload',
    message: `${group} has changed but stays as it was`,
    fix: 'restart the sidecar',
  }))
}

/** What every region must agree on. */
function shared({ budgets }: SidecarConfig): unknown {
  return Object.entries(budgets).map(([name, { rate, burst, regions }]) => ({ name, rate, burst, regions }))
}
