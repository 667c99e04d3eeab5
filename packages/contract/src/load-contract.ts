import type { Problem } from '@spillway/call'
import type { Contract } from './contract.ts'
import type { Overlay } from './overlay.ts'

/** Where the contract is and what it may refer to. */
export interface LoadOptions {
  /** Folders searched for `.proto` files, all of them loaded; each is an include folder as well. */
  readonly paths: readonly string[]
  /** Files to load, as paths or as names below an include folder. When there are any, {@link paths} are include folders only. */
  readonly roots?: readonly string[]
  /** More folders in which imports are looked for. */
  readonly includes?: readonly string[]
  /** Names of the budgets that are configured. */
  readonly budgets: readonly string[]
  readonly overlay?: Overlay
}

/** A contract, with what deserves a remark; or everything that is wrong, at once. */
export type LoadResult =
  { readonly ok: Contract; readonly warnings: readonly Problem[] } | { readonly problems: readonly Problem[] }

/**
 * Reads `.proto` files and the overlay into one policy for each rpc. No file at all is an empty contract. Reads files
 * synchronously; never throws for what a user wrote.
 */
export declare function loadContract(options: LoadOptions): LoadResult
