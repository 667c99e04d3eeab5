export { type Advice, type AdviceKind } from './advice.ts'
export { connectBus, inboxOf, type BusAddress, type BusConnection } from './connect.ts'
export { BucketMismatch, LeaderKey, type LeaderKeyConfig } from './leader-key.ts'
export { decodeGrants, decodeReports, encodeGrants, encodeReports } from './lease-codec.ts'
export { natsAccounts, type BusUser, type Credential } from './nats-accounts.ts'
export { RegionLink, type RegionLinkConfig } from './region-link.ts'
export { SidecarLink, type SidecarLinkConfig, type SidecarLinkListener } from './sidecar-link.ts'
export {
  decodeHandOver,
  decodeVote,
  decodeVoteRequest,
  encodeHandOver,
  encodeVote,
  encodeVoteRequest,
} from './vote-codec.ts'
export { VoterLink, type VoterLinkConfig } from './voter-link.ts'
export { isSubjectToken, subject } from './subject.ts'
