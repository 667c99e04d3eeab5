import type { CallTraits, PriorityClass, Refusal } from '@spillway/call'
import type { Findings } from './classification.ts'
import type { PeerNote } from './top-share.ts'

/** What a classifier has read in headers and request: nothing of it depends on when the call came. */
export class Study implements PeerNote {
  /** Whose rules it follows: another classifier reads anew. */
  readonly author: object
  readonly traits: CallTraits
  readonly findings: Findings
  readonly isClaim: boolean
  readonly refusal: Refusal | undefined
  peerCalls: PeerNote['peerCalls'] = undefined
  #capped: CallTraits | undefined

  constructor(author: object, traits: CallTraits, findings: Findings, isClaim: boolean, refusal: Refusal | undefined) {
    this.author = author
    this.traits = traits
    this.findings = findings
    this.isClaim = isClaim
    this.refusal = refusal
  }

  /** The class before any cap. */
  get rank(): PriorityClass {
    return this.traits.rank
  }

  /** The traits of such a call in that class: a cap makes two of it, the own and the lower one. */
  traitsAs(rank: PriorityClass): CallTraits {
    if (rank === this.traits.rank) return this.traits
    if (this.#capped?.rank !== rank) this.#capped = this.traits.with({ rank })
    return this.#capped
  }
}
