import { REFUSAL_FORMS, type PriorityClassName, className, type PriorityClass, type RefusalKind } from '@spillway/call'
import type { Decision, Direction } from './event.ts'

/** The label of a decision, the same in metrics, log and tap: `forwarded`, `answered`, or the kind of the refusal. */
export type DecisionLabel = 'forwarded' | 'answered' | RefusalKind

/** See {@link DecisionLabel}. */
export function decisionLabel(decision: Decision): DecisionLabel {
  return decision.kind === 'refused' ? decision.refusal.kind : decision.kind
}

/** Every decision label; the index in this list is the counter's. */
export const DECISION_LABELS: readonly string[] = ['forwarded', 'answered', ...Object.keys(REFUSAL_FORMS)]

const INDEX_OF_DECISION = new Map(DECISION_LABELS.map((label, index) => [label, index]))

/** The index of a decision in {@link DECISION_LABELS}. */
export function decisionIndex(decision: Decision): number {
  if (decision.kind === 'forwarded') return 0 // nearly always
  return INDEX_OF_DECISION.get(decisionLabel(decision)) ?? 0
}

/** The label of a method that is not known, as OpenTelemetry's conventions have it. */
export const OTHER = '_OTHER'

/** Both directions; the index in this list is the counter's. */
export const DIRECTIONS: readonly Direction[] = ['inbound', 'outbound']

/** Priority classes, `system` included. */
export const CLASSES = 5

/** Index of a direction and a class in flat arrays, 0 to 9. */
export function laneOf(direction: Direction, rank: PriorityClass): number {
  return (direction === 'inbound' ? 0 : CLASSES) + rank
}

/** Direction and class as metric labels. */
export interface LaneLabels {
  readonly direction: Direction
  readonly class: PriorityClassName
}

/** The labels of every lane, in the order of {@link laneOf}. */
export const LANES: readonly LaneLabels[] = DIRECTIONS.flatMap((direction) =>
  ([0, 1, 2, 3, 4] as const).map((rank) => ({ direction, class: className(rank) })),
)
