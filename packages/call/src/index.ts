export {
  Call,
  CallTraits,
  defaultCallFacts,
  type CallFacts,
  type OwnFacts,
  type Peer,
  type SharedFacts,
  type Waiter,
} from './call.ts'
export { NO_DEADLINE, formatTimeout, parseTimeoutMs, type Deadline } from './deadline.ts'
export { Gates, PROCEED, WAIT, type Gate, type Verdict, type Wake } from './gates.ts'
export { matchesGlob } from './glob.ts'
export { BAGGAGE, MetadataName, OWN_PREFIX, type Metadata } from './metadata.ts'
export { outcomeOf, type CallEnd, type Outcome } from './outcome.ts'
export {
  CALLER_CLASSES,
  COHORTS,
  LEVELS,
  PriorityClass,
  className,
  formatClassTag,
  levelOf,
  oneClassDown,
  parseClassName,
  parseClassTag,
  perClass,
  type ClassTag,
  type PriorityClassName,
} from './priority-class.ts'
export { NEVER_RETRY, REFUSAL_FORMS, type Refusal, type RefusalForm, type RefusalKind } from './refusal.ts'
export { Status, parseStatus, statusName } from './status.ts'
export { formatProblem, type Problem } from './problem.ts'
