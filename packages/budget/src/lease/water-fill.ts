/** What one holder asks for when a budget is shared out. All rates in units per second. */
export interface Claim {
  /** Guaranteed, wanted or not: who is cut off falls back on it without asking. */
  readonly floor: number
  /** Relative part in what is left within one tier. Positive. */
  readonly weight: number
  /** Demand by tier, most important first. */
  readonly wants: readonly number[]
}

/**
 * Shares `capacity` out: floors first, then tier by tier strictly, within a tier by weighted max-min (water-filling); what
 * nobody asked for becomes headroom by weight, but for `spare` (a fraction of capacity) that stays with the grantor for
 * instant growth. Returns one rate for each claim; their sum never exceeds `capacity`. Floors that exceed it are scaled.
 *
 * After Doorman's FAIR_SHARE with priority bands and BwE (SIGCOMM'15), with floors in front.
 */
export function waterFill(capacity: number, claims: readonly Claim[], spare: number): number[] {
  const floors = claims.reduce((sum, claim) => sum + claim.floor, 0)
  const scale = floors > capacity ? capacity / floors : 1
  const shares = claims.map((claim) => claim.floor * scale)
  let left = capacity - floors * scale
  const tiers = claims.reduce((most, claim) => Math.max(most, claim.wants.length), 0)
  for (let tier = 0; tier < tiers; tier++) {
    const needs = claims.map((claim, index) => unmetNeed(claim, tier, shares[index] ?? 0))
    const given = maxMin(left, needs, claims)
    for (let index = 0; index < given.length; index++) {
      shares[index] = (shares[index] ?? 0) + (given[index] ?? 0)
      left -= given[index] ?? 0
    }
  }
  return addHeadroom(shares, claims, Math.max(0, left - capacity * spare))
}

/** What is still missing for all demand up to and including `tier`, given a share that served the highest tiers first. */
function unmetNeed(claim: Claim, tier: number, share: number): number {
  let demand = 0
  for (let index = 0; index <= tier; index++) demand += claim.wants[index] ?? 0
  return Math.max(0, demand - share)
}

/** Weighted max-min: nobody gets more than it needs, and who gets less has as much per weight as anybody. */
function maxMin(capacity: number, needs: readonly number[], claims: readonly Claim[]): readonly number[] {
  const needed = needs.reduce((sum, need) => sum + need, 0)
  if (needed <= capacity) return needs
  const given = needs.map(() => 0)
  const weightOf = (index: number): number => claims[index]?.weight ?? 1
  const needOf = (index: number): number => needs[index] ?? 0
  const order = needs.map((_, index) => index).filter((index) => needOf(index) > 0)
  order.sort((a, b) => needOf(a) / weightOf(a) - needOf(b) / weightOf(b))
  let left = Math.max(0, capacity)
  let weight = order.reduce((sum, index) => sum + weightOf(index), 0)
  for (const index of order) {
    const fair = (left * weightOf(index)) / weight
    const amount = Math.min(needOf(index), fair)
    given[index] = amount
    left -= amount
    weight -= weightOf(index)
  }
  return given
}

function addHeadroom(shares: readonly number[], claims: readonly Claim[], headroom: number): number[] {
  const weight = claims.reduce((sum, claim) => sum + claim.weight, 0)
  return shares.map((share, index) => share + (weight > 0 ? (headroom * (claims[index]?.weight ?? 0)) / weight : 0))
}
