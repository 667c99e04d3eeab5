import type { ServiceParts } from './breaker-service.ts'
import type { InspectorSource } from './inspector-source.ts'
import { checkInterval } from './request-checks.ts'
import { RpcFault } from './rpc-fault.ts'
import { inspectorRpcs } from './schema.ts'
import { serveStream, serveUnary } from './serve-rpc.ts'
import { toTimestamp } from './timestamp.ts'
import type { BudgetView } from './views.ts'
import { every } from './watchers.ts'

/** Serves the rpcs about budgets. */
export function serveBudgets({ server, source, watchers, clock }: ServiceParts): void {
  serveUnary(server, inspectorRpcs.listBudgets, () => ({ budgets: byName(source) }))
  serveStream(server, inspectorRpcs.watchBudgets, (request, call) => {
    const intervalMs = checkInterval(request.intervalMs)
    if (intervalMs instanceof RpcFault) return intervalMs
    const next = () => ({ at: toTimestamp(clock.wallMs()), budgets: byName(source) })
    watchers.serve(call, next, (touch) => every(clock, intervalMs, touch))
    return undefined
  })
}

function byName(source: InspectorSource): BudgetView[] {
  return [...source.budgets()].sort((a, b) => a.name.localeCompare(b.name))
}
