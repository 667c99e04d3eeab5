import { Call, defaultCallFacts, type CallFacts, type Waiter } from '@spillway/call'
import { RecordingWaiter } from './recording-waiter.ts'

/** A plain call (`standard`, one seat, one token, no deadline, no budget) with these facts changed. */
export function aCall(facts: Partial<CallFacts> = {}, waiter: Waiter = new RecordingWaiter()): Call {
  return Call.of({ ...defaultCallFacts, ...facts }, waiter)
}
