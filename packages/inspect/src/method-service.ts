import { matchesGlob } from '@spillway/call'
import type { ServiceParts } from './breaker-service.ts'
import { checkInterval, checkName } from './request-checks.ts'
import { RpcFault } from './rpc-fault.ts'
import { inspectorRpcs } from './schema.ts'
import { serveStream, serveUnary } from './serve-rpc.ts'
import { toTimestamp } from './timestamp.ts'
import { every } from './watchers.ts'

/** Serves the rpcs about methods. */
export function serveMethods({ server, source, watchers, clock }: ServiceParts): void {
  serveUnary(
    server,
    inspectorRpcs.listMethods,
    ({ method }) => checkName('method', method) ?? { methods: select(source.methods(), method) },
  )
  serveStream(server, inspectorRpcs.watchMethods, ({ method, intervalMs: wantedMs }, call) => {
    const intervalMs = checkInterval(wantedMs)
    if (intervalMs instanceof RpcFault) return intervalMs
    const fault = checkName('method', method)
    if (fault !== undefined) return fault
    const next = () => ({
      at: toTimestamp(clock.wallMs()),
      methods: select(source.methodStats(), method),
      listeners: source.listeners(),
    })
    watchers.serve(call, next, (touch) => every(clock, intervalMs, touch))
    return undefined
  })
}

function select<Row extends { readonly path: string }>(rows: readonly Row[], glob: string): readonly Row[] {
  return glob === '' ? rows : rows.filter((row) => matchesGlob(glob, row.path))
}
