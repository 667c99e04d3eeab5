import { COHORTS } from '@spillway/call'

/**
 * The cohort of a tenant or peer: the same on every hop and in every process, spread evenly. 32-bit FNV-1a over the
 * UTF-16 units (Fowler, Noll, Vo; draft-eastlake-fnv), then its halves folded, since its low bits alone are weak.
 */
export function cohortOf(key: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  return ((hash ^ (hash >>> 16)) >>> 0) % COHORTS
}
