import type { KeyAnswer, KeyRequest } from '@spillway/budget'
import type { Clock } from '@spillway/clock'
import type { VirtualNetwork } from '../virtual-network.ts'
import type { VirtualKey } from './virtual-key.ts'

/** After this nobody waits for an answer any more, in milliseconds. */
const TIMEOUT_MS = 1_000

/** Where a request for a key comes from and goes to. */
export interface KeyErrand {
  readonly network: VirtualNetwork
  readonly truth: Clock
  readonly from: string
  /** Where the key lies. */
  readonly to: string
  readonly key: VirtualKey
}

/** Carries a request to a key, once, and the answer back; `unknown` when none has come in time. `answer` is called once. */
export function askKey(
  { network, truth, from, to, key }: KeyErrand,
  request: KeyRequest,
  answer: (answer: KeyAnswer) => void,
): void {
  let isHandled = false
  let isAnswered = false
  const answerOnce = (result: KeyAnswer): void => {
    if (!isAnswered) answer(result)
    isAnswered = true
  }
  network.send(from, to, () => {
    if (isHandled) return
    isHandled = true
    const result = key.handle(request)
    network.send(to, from, () => answerOnce(result))
  })
  truth.schedule(TIMEOUT_MS, () => answerOnce({ kind: 'unknown' }))
}
