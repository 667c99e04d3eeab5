import { POLICIES, type Decision, type Policy } from './admission-log.ts'
import { figuresOf, worstOf, type Figures, type PolicyLog, type Span } from './figures.ts'
import type { Step } from './script.ts'
import type { Joint } from './topology.ts'

/** From one step of a tour to the next. */
export interface Phase {
  readonly kind: Step['kind']
  /** What happened at its beginning. */
  readonly label: string
  readonly span: Span
}

/** What a tour found. */
export interface TourResult {
  readonly joint: Joint
  /** In order; the first begins when the fleet was ready, the last ends with the tour. */
  readonly phases: readonly Phase[]
  readonly logs: ReadonlyMap<Policy, PolicyLog>
  /** How often each kind of advisory was published. */
  readonly advisories: ReadonlyMap<string, number>
  /** Most processes that said at the same time that they are allocator. */
  readonly mostAllocators: number
}

/** The figures of each way of sharing over some phases. */
export function figuresIn({ logs }: TourResult, phases: readonly Phase[]): ReadonlyMap<Policy, Figures> {
  const spans = phases.map(({ span }) => span)
  return new Map([...logs].map(([policy, log]) => [policy, figuresOf(log, spans)]))
}

/** All phases together, and what was admitted before the first: the promise must hold there too. */
export function figuresOfAll({ logs, phases }: TourResult): ReadonlyMap<Policy, Figures> {
  const spans = phases.map(({ span }) => span)
  return new Map(
    [...logs].map(([policy, log]) => [policy, { ...figuresOf(log, spans), worstOfBurst: worstOf(log, [ALWAYS]) }]),
  )
}

const ALWAYS: Span = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }

/** The phases of that kind. */
export function phasesOf({ phases }: TourResult, kind: Step['kind']): readonly Phase[] {
  return phases.filter((phase) => phase.kind === kind)
}

/**
 * The logs of all ways of sharing, of the decisions as callers saw them. What the leases admitted is told by the apps alone:
 * `witnessed` holds every call that reached one.
 */
export function logsOf(
  read: (policy: Policy) => readonly Decision[],
  witnessed: readonly Decision[],
): ReadonlyMap<Policy, PolicyLog> {
  return new Map(
    POLICIES.map((policy) => {
      const calls = read(policy)
      const admissions = policy === 'leases' ? witnessed : calls.filter(({ isAdmitted }) => isAdmitted)
      return [policy, { calls, admissions }]
    }),
  )
}
