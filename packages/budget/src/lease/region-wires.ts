import type { KeyRequest } from './key-election.ts'
import type { HandOver, LeaseGrant, LeaseReport } from './message.ts'
import type { SuccessionMessage } from './region-hand-over.ts'
import type { VoteRequest } from './voter.ts'

/** How a region's process reaches the others. Nothing here waits for an answer. */
export interface RegionWires {
  /** For the key that the region's processes compete for when no voters are named. The answer goes to `receiveKeyAnswer`. */
  toRegionKey(request: KeyRequest): void
  /** To the voters of the region. Their answers go to `receiveRegionVote`. */
  toRegionVoters(request: VoteRequest): void
  /** To every region's processes, each of which may `vote`. The answers go to `receiveVote`. */
  toAllRegions(request: VoteRequest): void
  /** To every candidate for allocator. */
  toCandidates(reports: readonly LeaseReport[]): void
  /** To the processes of one region. */
  toRegion(region: string, grants: readonly LeaseGrant[]): void
  toSidecar(sidecar: string, grants: readonly LeaseGrant[]): void
  /** To the other candidates for aggregator of the region. */
  toOwnRegion(message: SuccessionMessage): void
  /** To every candidate, when an allocator leaves in good order. */
  handOver(handOver: HandOver): void
}
