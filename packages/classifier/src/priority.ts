import { MetadataName, NEVER_RETRY, PriorityClass, oneClassDown, type Peer, type Refusal } from '@spillway/call'
import type { MethodPolicy, RaiseRule } from '@spillway/contract'
import type { Head } from './arrival.ts'
import { ClassTags, type ReadTag } from './class-tags.ts'
import type { Counts } from './counts.ts'
import type { CallExpressions } from './expressions.ts'
import type { PeerNote, TopShare } from './top-share.ts'
import { claimableClass, lessImportant, type TrustConfig } from './trust.ts'

/** Health checks keep a sidecar and its app in service: they go before everything, as long as there are few of them. */
const HEALTH_SERVICE = '/grpc.health.v1.Health/'

/** The class of a call, and how it came to it. */
export interface Priority {
  rank: PriorityClass
  /** From a trusted tag that names one. */
  cohort: number | undefined
  isInherited: boolean
  /** The class is what the caller says, or what fields of its choosing make it: it counts towards the caller's share. */
  isClaim: boolean
  refusal: Refusal | undefined
}

/**
 * Decides the class of calls: trusted tag, else raise rule, else declaration (the contract has settled what of method,
 * overlay and service declares it). A trusted tag is inherited from the caller's own call, so raise rules do not apply
 * to it.
 */
export class PriorityDecider {
  readonly #trust: TrustConfig
  readonly #topShare: TopShare
  readonly #counts: Counts
  readonly #tags = new ClassTags()
  /** The answer to the call in hand, written over for each call. */
  readonly #priority: Priority = {
    rank: PriorityClass.standard,
    cohort: undefined,
    isInherited: false,
    isClaim: false,
    refusal: undefined,
  }

  constructor(trust: TrustConfig, topShare: TopShare, counts: Counts) {
    this.#trust = trust
    this.#topShare = topShare
    this.#counts = counts
  }

  /** What follows from head and request alone. The result is good until the next call. */
  decide(head: Head, policy: MethodPolicy, expressions: CallExpressions): Readonly<Priority> {
    const priority = this.#priority
    const text = head.metadata.get(MetadataName.class)
    const tag = text === undefined ? undefined : this.#tags.read(text)
    priority.rank = policy.priority
    priority.cohort = undefined
    priority.isInherited = false
    priority.isClaim = false
    priority.refusal = undefined
    priority.isClaim = tag !== undefined && this.#applyTag(tag, head, policy)
    if (priority.refusal !== undefined) return priority
    if (!priority.isInherited) priority.isClaim = this.#raise(policy.raise, expressions) || isHealth(head, priority)
    return priority
  }

  /**
   * Counts the call, and takes the top class from a claim beyond the caller's share: returns the class that is left of `rank`. Our
   * own app is not counted. `nowMs` is the time of the clock.
   */
  cap(
    asked: Pick<Priority, 'rank' | 'isClaim'> & PeerNote,
    peer: Peer,
    declared: PriorityClass,
    nowMs: number,
  ): PriorityClass {
    const { rank, isClaim } = asked
    if (peer.kind === 'app') return rank
    const isTop = rank <= PriorityClass.critical && rank < declared
    if (this.#topShare.arrive(peer.id, isClaim && isTop, nowMs, asked)) return rank
    this.#counts.cappedCalls++
    return rank === PriorityClass.system ? declared : oneClassDown(rank)
  }

  /** Returns whether the class is now what the caller says. */
  #applyTag(tag: ReadTag, { peer }: Head, policy: MethodPolicy): boolean {
    const priority = this.#priority
    const claimable = claimableClass(peer, policy.priority, this.#trust)
    const isTooMuch = tag.rank < (claimable ?? policy.priority)
    if (isTooMuch && this.#trust.isStrict) {
      this.#counts.refusedClaims++
      priority.refusal = { kind: 'priority_not_allowed', pushbackMs: NEVER_RETRY, rank: tag.rank }
      return false
    }
    if (claimable === undefined) {
      this.#counts.ignoredClaims++
      return false
    }
    if (isTooMuch) this.#counts.clampedClaims++
    priority.rank = lessImportant(tag.rank, claimable)
    priority.cohort = tag.cohort
    priority.isInherited = true
    return true
  }

  /** Returns whether the class is now what fields of the caller's choosing make it. */
  #raise(rules: readonly RaiseRule[], expressions: CallExpressions): boolean {
    const priority = this.#priority
    let isClaim = false
    for (const { when, priority: rank } of rules) {
      const isOfCaller = when.readsRequest || when.readsMetadata
      const isBetter = rank < priority.rank || (rank === priority.rank && isClaim && !isOfCaller)
      if (!isBetter || !expressions.value(when, false)) continue
      priority.rank = rank
      isClaim = isOfCaller
    }
    return isClaim
  }
}

/** Makes a health check a call of the system class. It counts as a claim, so that nobody can hide a flood in it. */
function isHealth({ path }: Head, priority: Priority): boolean {
  if (!path.startsWith(HEALTH_SERVICE)) return false
  priority.rank = PriorityClass.system
  return true
}
