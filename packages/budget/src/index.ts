export type { Capacity } from './lease/capacity.ts'
export { Aggregator } from './lease/aggregator.ts'
export { CommitLedger, type Booking, type Ledger } from './lease/commit-ledger.ts'
export { DemandMeter } from './lease/demand-meter.ts'
export { LeaseGrantor, type Entitlement, type Reception } from './lease/lease-grantor.ts'
export type { LeaseGrantorConfig } from './lease/lease-grantor-config.ts'
export { LeaseHolder, type Acceptance, type LeaseHolderConfig } from './lease/lease-holder.ts'
export { LeasedBucket } from './lease/leased-bucket.ts'
export type { Ceiling, Commitment, GrantId, HandOver, LeaseGrant, LeaseReport } from './lease/message.ts'
export { NO_SHARE, type Share } from './lease/share.ts'
export { waterFill, type Claim } from './lease/water-fill.ts'
export { LeasedBudget } from './lease/leased-budget.ts'
export { defaultLeasedBudgetConfig, type LeasedBudgetConfig } from './lease/leased-budget-config.ts'
export { Allocator, defaultAllocatorConfig, type AllocatorConfig } from './lease/allocator.ts'
export { AgreedTerms, type Agreement, type TermsConflict } from './lease/agreed-terms.ts'
export {
  TERMS_PHASES,
  type BudgetTerms,
  type RegionTerms,
  type TermsInForce,
  type TermsPhase,
  type TermsReport,
} from './lease/terms.ts'
export {
  KeyElection,
  defaultKeyElectionTimes,
  type KeyElectionConfig,
  type KeyAnswer,
  type KeyEntry,
  type KeyRequest,
} from './lease/key-election.ts'
export type {
  BudgetHandOver,
  HeldLease,
  RegionHandOver,
  SidecarCommitment,
  SuccessionMessage,
} from './lease/region-hand-over.ts'
export type { Leave, Office, OfficeElection } from './lease/office.ts'
export { RegionNode } from './lease/region-node.ts'
export { defaultRegionNodeConfig, type RegionNodeConfig } from './lease/region-node-config.ts'
export type { RegionWires } from './lease/region-wires.ts'
export { Bucket, NEVER, type BucketStart } from './bucket.ts'
export {
  defaultWatermarks,
  type BudgetClassSnapshot,
  type BudgetConfig,
  type BudgetSnapshot,
  type Watermarks,
} from './budget-config.ts'
export { BudgetGate, type BudgetFinder } from './budget-gate.ts'
export { Budget } from './budget.ts'
export { Budgets } from './budgets.ts'
export type { CallBudget } from './call-budget.ts'
export { SharedBudget, type OnCutOff, type SharedBudgetConfig } from './shared-budget.ts'
export { VoteElection, defaultVoteTimes, type VoteElectionConfig } from './lease/vote-election.ts'
export { Voter, type Vote, type VoterConfig, type VoteRequest, type VoterState } from './lease/voter.ts'
