import { NEVER_RETRY } from '@spillway/call'

/** Pushbacks are told in steps of this, so that refusals repeat. */
const STEP_MS = 10

/** The most that `grpc-retry-pushback-ms`, a signed 32-bit number (gRFC A6), can say in such steps: 24 days. */
const LONGEST_MS = 2_147_483_640

/** A refusal's pushback as callers are told it: rounded up to 10 ms, at most 24 days; {@link NEVER_RETRY} for any below 0. */
export function toldPushbackMs(pushbackMs: number): number {
  return pushbackMs < 0 ? NEVER_RETRY : Math.min(Math.ceil(pushbackMs / STEP_MS) * STEP_MS, LONGEST_MS)
}
