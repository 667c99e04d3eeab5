import type { BenchResult, PeerResult } from './bench-result.ts'
import { DIRECT } from './peer.ts'
import { PeerName } from './peers/index.ts'
import { median } from './statistics.ts'

/** A figure that the relay is to reach, and what it reached. */
export interface Target {
  readonly label: string
  readonly wanted: string
  /** Undefined when one of the peers that it compares was skipped. */
  readonly measured: string | undefined
  readonly isMet: boolean
}

const MOST_RESIDENT_MIB = 80
/** Growth over the repeats that is no growth: pages that an allocator rounds up. */
const FIXED_POINT_RATIO = 1.05

/** The relay's targets against what was measured. */
export function judgeTargets(result: BenchResult): Target[] {
  return [
    backendIsNoLimit(result),
    ratio(result, PeerName.nghttpx, 1),
    ratio(result, PeerName.haproxy, 1.6),
    ratio(result, PeerName.grpcJs, 15),
    ratio(result, PeerName.bare, 0.85),
    addedLatency(result),
    memory(result),
    ...fixedPoint(result),
  ]
}

/** Calls per second: the median of the rounds. */
export function rateOf(peer: PeerResult): number {
  return median(peer.callsPerSecond)
}

/** What the peer adds to the 99th percentile of the direct way, in milliseconds: between the medians over all seconds. */
export function addedP99Ms(result: BenchResult, peer: PeerResult): number | undefined {
  const direct = find(result, DIRECT)
  return direct === undefined ? undefined : median(peer.p99Ms) - median(direct.p99Ms)
}

function find(result: BenchResult, name: string): PeerResult | undefined {
  return result.peers.find((peer) => peer.name === name)
}

function ratio(result: BenchResult, name: string, atLeast: number): Target {
  const [gated, other] = [find(result, PeerName.gated), find(result, name)]
  const label = `calls per second, all gates on / ${name}`
  const wanted = `>= ${atLeast} x`
  if (gated === undefined || other === undefined) return { label, wanted, measured: undefined, isMet: false }
  const measured = rateOf(gated) / rateOf(other)
  return { label, wanted, measured: `${measured.toFixed(2)} x`, isMet: measured >= atLeast }
}

/** Otherwise the figures would compare backends. No target is about the pipe. */
function backendIsNoLimit(result: BenchResult): Target {
  const direct = find(result, DIRECT)
  const compared = result.peers.filter(({ name }) => name !== DIRECT && name !== PeerName.pipe)
  const fastest = Math.max(...compared.map(rateOf))
  const label = 'calls per second, direct / fastest peer'
  const wanted = '>= 1.3 x'
  if (direct === undefined || fastest < 0) return { label, wanted, measured: undefined, isMet: false }
  const measured = rateOf(direct) / fastest
  return { label, wanted, measured: `${measured.toFixed(2)} x`, isMet: measured >= 1.3 }
}

function addedLatency(result: BenchResult): Target {
  const [gated, other] = [find(result, PeerName.gated), find(result, PeerName.nghttpx)]
  const label = 'p99 added at a fixed low rate, all gates on'
  const ours = gated && addedP99Ms(result, gated)
  const theirs = other && addedP99Ms(result, other)
  if (ours === undefined || theirs === undefined)
    return { label, wanted: '<= nghttpx', measured: undefined, isMet: false }
  return {
    label,
    wanted: `<= ${theirs.toFixed(2)} ms (nghttpx)`,
    measured: `${ours.toFixed(2)} ms`,
    isMet: ours <= theirs,
  }
}

function memory(result: BenchResult): Target {
  const label = 'resident memory after the memory calls, all gates on'
  const measured = find(result, PeerName.gated)?.residentMib[0]
  const wanted = `<= ${MOST_RESIDENT_MIB} MiB`
  if (measured === undefined) return { label, wanted, measured: undefined, isMet: false }
  return { label, wanted, measured: `${measured.toFixed(1)} MiB`, isMet: measured <= MOST_RESIDENT_MIB }
}

/** In long runs only: the second half of the repeats must not lie above the first. */
function fixedPoint(result: BenchResult): Target[] {
  const resident = find(result, PeerName.gated)?.residentMib ?? []
  if (resident.length < 4) return []
  const half = Math.floor(resident.length / 2)
  const measured = median(resident.slice(-half)) / median(resident.slice(1, resident.length - half))
  return [
    {
      label: 'resident memory, later repeats / earlier repeats',
      wanted: `<= ${FIXED_POINT_RATIO} x`,
      measured: `${measured.toFixed(3)} x`,
      isMet: measured <= FIXED_POINT_RATIO,
    },
  ]
}
