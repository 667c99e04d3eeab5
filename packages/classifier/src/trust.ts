import type { Peer, PriorityClass } from '@spillway/call'

/** Who may set the priority of calls, and how far. */
export interface TrustConfig {
  /** The most important class that our own app may claim: the service's own maximum. */
  readonly appMaximum: PriorityClass
  /** Verified identities on the allow list, each with the most important class that it may claim on its own. */
  readonly identities: ReadonlyMap<string, PriorityClass>
  /** Refuse a claim that would be lowered or ignored, instead of lowering or ignoring it. */
  readonly isStrict: boolean
}

/**
 * The most important class that a peer may claim for a method; undefined when it may claim none. The app: its maximum.
 * A listed identity: its own class or the method's, whichever is more important. Nobody else may claim anything.
 */
export function claimableClass(peer: Peer, declared: PriorityClass, config: TrustConfig): PriorityClass | undefined {
  if (peer.kind === 'app') return config.appMaximum
  const own = peer.kind === 'identity' ? config.identities.get(peer.id) : undefined
  return own === undefined ? undefined : moreImportant(own, declared)
}

/** Ranks count down: the lower number is the more important class. */
function moreImportant(left: PriorityClass, right: PriorityClass): PriorityClass {
  return left < right ? left : right
}

/** The less important of two classes: the one of the higher rank. */
export function lessImportant(left: PriorityClass, right: PriorityClass): PriorityClass {
  return left < right ? right : left
}
