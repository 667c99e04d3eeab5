import type { ServiceParts } from './breaker-service.ts'
import type { TapSubscription } from './inspector-source.ts'
import type { TapEventMessage, TapReply } from './messages.ts'
import { checkTap } from './request-checks.ts'
import { RpcFault } from './rpc-fault.ts'
import { inspectorRpcs } from './schema.ts'
import { serveStream } from './serve-rpc.ts'
import { toTapMessage } from './tap-message.ts'
import { every } from './watchers.ts'

const REPLY_EVERY_MS = 100

/** Serves the tap. Calls are collected for a tenth of a second and sent together: one write, however many calls. */
export function serveTap({ server, source, watchers, clock }: ServiceParts): void {
  serveStream(server, inspectorRpcs.tap, (request, call) => {
    const filter = checkTap(request)
    if (filter instanceof RpcFault) return filter
    let subscription: TapSubscription | undefined
    watchers.serve(
      call,
      () => subscription && nextReply(subscription),
      (touch) => {
        const open = source.tap(filter, () => {})
        subscription = open
        const stop = every(clock, REPLY_EVERY_MS, touch)
        return () => {
          stop()
          open.close()
        }
      },
    )
    return undefined
  })
}

function nextReply(subscription: TapSubscription): TapReply | undefined {
  const events: TapEventMessage[] = []
  for (let event = subscription.take(); event !== undefined; event = subscription.take()) {
    events.push(toTapMessage(event))
  }
  const dropped = subscription.takeDropped()
  return events.length + dropped === 0 ? undefined : { events, dropped }
}
