import type { Problem } from '@spillway/call'
import type { Clock, Random } from '@spillway/clock'
import type { Contract } from '@spillway/contract'
import type { SidecarConfig } from './config/schema.ts'

/** What a sidecar is made of besides its configuration. */
export interface SidecarParts {
  /** Policies; the empty contract when there is none. */
  readonly contract: Contract
  /** Left out: the process's own. */
  readonly clock?: Clock
  readonly random?: Random
  /** Lines of the decision log, JSON without a line break; left out: nowhere. */
  readonly log?: (line: string) => void
}

/** Where a sidecar listens, as bound. */
export interface SidecarAddresses {
  /** For callers: `host:port`. */
  readonly inbound: string
  /** For the app. */
  readonly outbound: string
  /** Inspector, health, reflection. */
  readonly inspect: string
  /** Unix socket of the inspector's write role; undefined when there is none. */
  readonly inspectSocket: string | undefined
}

/** How a drain went. */
export interface DrainReport {
  /** Calls that were still running when the grace was over. */
  readonly cut: number
  readonly tookMs: number
}

/** One sidecar. */
export interface Sidecar {
  /** Valid after {@link start}. */
  readonly addresses: SidecarAddresses
  /**
   * Binds outbound, inbound and inspector. Rejects with a {@link StartError} when one of them cannot be bound; nothing
   * stays bound then.
   */
  start(): Promise<void>
  /** Tells health checkers whether calls are welcome. Starts as not. */
  setServing(isServing: boolean): void
  /** Replaces policies and limits; calls that are under way keep theirs. Returns what stays as it was until a restart. */
  reload(config: SidecarConfig, contract: Contract): readonly Problem[]
  /**
   * Health says NOT_SERVING, calls are still accepted for `drain.settle`, then new ones are refused with DRAINING while
   * those in flight finish within `drain.grace`. Outbound stays up.
   */
  drain(): Promise<DrainReport>
  /** Closes everything at once. Safe to repeat. */
  close(): Promise<void>
}

/** A sidecar could not start; the problem says why in one line. */
export class StartError extends Error {
  readonly problem: Problem

  constructor(problem: Problem, cause: unknown) {
    super(problem.message, { cause })
    this.problem = problem
  }
}

/** Makes a sidecar of a configuration and its parts. Nothing is bound before `start`. */
export declare function createSidecar(config: SidecarConfig, parts: SidecarParts): Sidecar
