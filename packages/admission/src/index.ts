export { Admission, type AdmissionDoors } from './admission.ts'
export {
  defaultAdmissionConfig,
  type AdmissionConfig,
  type CriticalReserve,
  type FeasibilityConfig,
} from './admission-config.ts'
export type { AdmissionSnapshot, ClassCounts, ClassSnapshot } from './admission-snapshot.ts'
export { ExpiredGate } from './expired-gate.ts'
export { FixedLimit, type Limit, type LimitSample } from './limit.ts'
