import type { Clock } from '@spillway/clock'
import type { Contract } from '@spillway/contract'
import type { Arrival, FirstMessage } from './arrival.ts'
import type { Classification } from './classification.ts'
import type { TopShareConfig } from './top-share.ts'
import type { TrustConfig } from './trust.ts'

/** What a classifier needs. */
export interface ClassifierOptions {
  readonly contract: Contract
  readonly trust: TrustConfig
  readonly topShare: TopShareConfig
  readonly clock: Clock
}

/** Turns a call's path, metadata, peer and, where its policy asks for it, first message into the facts of the call. */
export declare class Classifier {
  constructor(options: ClassifierOptions)
  /** The call's policy reads the request: collect the first message (at most `MAX_REQUEST_BYTES`), then classify. */
  needsRequest(path: string): boolean
  /** Synchronous, never throws. `first` is left out for a call whose policy does not need it. */
  classify(arrival: Arrival, first?: FirstMessage): Classification
}
