import { CAPACITY, CAPACITY_PER_SECOND, DEADLINE_MS, SERVICE_TIME, SHARES, STAIRS_PER_SECOND } from '../scenario.ts'
import { DEMO_CLASSES } from '../load/demo-class.ts'

/** What is about to be shown, as lines. */
export function opening(): string[] {
  const mix = DEMO_CLASSES.map((name) => `${name} ${Math.round(100 * SHARES[name])} %`).join(', ')
  return [
    `chat.v1.Chat: an inference service that can answer ${CAPACITY_PER_SECOND} calls a second ` +
      `(${CAPACITY.slots} slots, ${SERVICE_TIME.meanMs} ms each on average), with room for ${CAPACITY.queue} to wait; then it is "busy"`,
    `callers: ${STAIRS_PER_SECOND.join(' -> ')} calls a second (${mix}), who wait ${DEADLINE_MS / 1_000} s and never for each other`,
  ]
}
