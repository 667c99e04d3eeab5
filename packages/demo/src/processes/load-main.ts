import { SeededRandom, systemClock } from '@spillway/clock'
import { ChatCallers } from '../chat/chat-callers.ts'
import { arrivals } from '../load/arrivals.ts'
import type { FinishedCall } from '../load/finished-call.ts'
import { OpenLoop } from '../load/open-loop.ts'
import { DEADLINE_MS, SHARES } from '../scenario.ts'
import { endWithParent } from './child.ts'
import { parseLoadOrder, type LoadOrder, type LoadReport } from './load-messages.ts'

const REPORT_EVERY_MS = 100
/** Above what 480 calls per second can have outstanding within their deadline. */
const OUTSTANDING = 2_000

let loop: OpenLoop | undefined

endWithParent()
process.on('message', (message) => {
  const order = parseLoadOrder(message)
  if (order?.kind === 'run') run(order)
  if (order?.kind === 'stop') loop?.stop()
})

function run({ address, steps, seed }: Extract<LoadOrder, { kind: 'run' }>): void {
  const callers = new ChatCallers(address)
  let calls: FinishedCall[] = []
  const flush = (): void => {
    if (calls.length > 0) report({ kind: 'finished', calls })
    calls = []
  }
  const timer = setInterval(flush, REPORT_EVERY_MS)
  const limits = { deadlineMs: DEADLINE_MS, outstanding: OUTSTANDING }
  loop = new OpenLoop(systemClock, arrivals(steps, SHARES, new SeededRandom(seed)), limits, callers.send, {
    finished: (call) => calls.push(call),
    idle: () => {
      clearInterval(timer)
      callers.close()
      flush()
      report({ kind: 'idle' })
    },
  })
}

function report(message: LoadReport): void {
  process.send?.(message)
}
