export { BreakerGate } from './breaker-gate.ts'
export { DEFAULT_BREAKER_SETTINGS, type BreakerSettings } from './breaker-settings.ts'
export { HISTORY_LENGTH, type BreakerStateKind, type BreakerView, type Transition } from './breaker-state.ts'
export { Breakers, OTHER, breakerName, type BreakersOptions } from './breakers.ts'
