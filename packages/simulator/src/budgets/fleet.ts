import type { PromiseChecker } from '../promise-checker.ts'
import type { VirtualNetwork } from '../virtual-network.ts'
import type { Tally } from './open-load.ts'

/** Messages that a fleet has sent so far, by where they went. */
export interface Traffic {
  /** Between sidecars and whatever their region runs, both ways. */
  readonly inside: number
  /** Across regions, both ways, as published: one message to all candidates counts once. */
  readonly between: number
  /** As `inside`, one for each process that gets it. */
  readonly insideCopies: number
  /** As `between`, one for each other region that gets it: what gateways carry. */
  readonly betweenCopies: number
}

/** What can be broken on purpose. A fleet without such a part has nothing to break. */
export interface Breakable {
  /** The process that shares the budget out dies and does not come back. */
  killAllocator(): void
  /** It is told to go, and hands its office over. */
  retireAllocator(): void
  /** The process that shares a region's part out is told to go, and hands its office over. */
  retireAggregator(region: number): void
  /** Somebody shares the budget out. */
  readonly hasAllocator: boolean
}

/** Regions of sidecars that share a budget by some scheme, in virtual time. */
export interface Fleet {
  readonly nowMs: number
  readonly stepMs: number
  readonly network: VirtualNetwork
  readonly checker: PromiseChecker
  readonly tally: Tally
  readonly traffic: Traffic
  readonly breakable: Breakable | undefined
  /** One step. False when the promise was broken in it. */
  step(): boolean
  /** Units per second that the region's sidecars may admit now; undefined where a scheme has no shares. */
  heldRate(region: number): number | undefined
  /** That sidecar dies at once, and for good. */
  killSidecar(region: number, index: number): void
}
