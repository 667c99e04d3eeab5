import type { Step } from '../load/arrivals.ts'
import type { FinishedCall } from '../load/finished-call.ts'
import { messageKind } from './message-kind.ts'

/** What the demo tells the load's process. One load runs at a time. */
export type LoadOrder =
  | { readonly kind: 'run'; readonly address: string; readonly steps: readonly Step[]; readonly seed: number }
  | { readonly kind: 'stop' }

/** What the load's process tells the demo. */
export type LoadReport =
  | { readonly kind: 'finished'; readonly calls: readonly FinishedCall[] }
  /** Every call of the load is over, and was reported. */
  | { readonly kind: 'idle' }

/** Undefined for anything else. */
export function parseLoadOrder(message: unknown): LoadOrder | undefined {
  const kind = messageKind(message)
  return kind === 'run' || kind === 'stop' ? (message as LoadOrder) : undefined
}

/** Undefined for anything else. */
export function parseLoadReport(message: unknown): LoadReport | undefined {
  const kind = messageKind(message)
  return kind === 'finished' || kind === 'idle' ? (message as LoadReport) : undefined
}
