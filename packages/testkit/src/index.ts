export { aCall } from './a-call.ts'
export { ConstantRandom } from './constant-random.ts'
export { GATE_PROMISES, gateContract, type GatePromise, type GateSubject } from './gate-contract.ts'
export { RecordingWaiter, type Decision } from './recording-waiter.ts'
