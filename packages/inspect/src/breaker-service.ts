import type { Server, ServerUnaryCall } from '@grpc/grpc-js'
import type { Clock } from '@spillway/clock'
import { callerOf, writeDenied, type Access } from './access.ts'
import { BreakerChanges } from './breaker-changes.ts'
import { toBreakerMessage, toListedBreaker } from './breaker-message.ts'
import type { InspectorSource, OperatorAction } from './inspector-source.ts'
import type { BreakerMessage, ChangeBreakerRequest } from './messages.ts'
import { checkChange, checkInterval, checkName, checkNames } from './request-checks.ts'
import { RpcFault, unknownBreaker } from './rpc-fault.ts'
import { inspectorRpcs } from './schema.ts'
import { serveStream, serveUnary } from './serve-rpc.ts'
import type { BreakerView } from './views.ts'
import { SoonTask, every, type Watchers } from './watchers.ts'

/** What the services of one server share. */
export interface ServiceParts {
  readonly server: Server
  readonly source: InspectorSource
  readonly access: Access
  readonly watchers: Watchers
  readonly clock: Clock
}

/** Serves the rpcs about breakers. */
export function serveBreakers(parts: ServiceParts): void {
  const { server, source, watchers, clock } = parts
  serveUnary(server, inspectorRpcs.listBreakers, () => ({ breakers: byName(source).map(toListedBreaker) }))
  serveUnary(server, inspectorRpcs.getBreaker, ({ name }) => checkName('name', name) ?? breakerOf(source, name))
  serveStream(server, inspectorRpcs.watchBreakers, (request, call) => {
    const intervalMs = checkInterval(request.intervalMs)
    if (intervalMs instanceof RpcFault) return intervalMs
    const fault = checkNames('names', request.names)
    if (fault !== undefined) return fault
    const changes = new BreakerChanges(() => byName(source), request.names)
    watchers.serve(
      call,
      () => changes.next(),
      (touch) => {
        const soon = new SoonTask(clock, touch)
        return inTurn(source.watchBreakers(soon.ask), every(clock, intervalMs, touch), soon.cancel)
      },
    )
    return undefined
  })
  serveWrites(parts)
}

function serveWrites(parts: ServiceParts): void {
  const { server, source } = parts
  serveUnary(server, inspectorRpcs.tripBreaker, (request, call) =>
    change(parts, 'trip_breaker', request, call, () => source.tripBreaker(request.name, request.reason)),
  )
  serveUnary(server, inspectorRpcs.resetBreaker, (request, call) =>
    change(parts, 'reset_breaker', request, call, () => source.resetBreaker(request.name, request.reason)),
  )
}

/** Checks the request, then the role; audits; acts; answers with the breaker as it is then. */
function change(
  { source, access }: ServiceParts,
  action: OperatorAction['action'],
  request: ChangeBreakerRequest,
  call: ServerUnaryCall<ChangeBreakerRequest, BreakerMessage>,
  act: () => void,
): BreakerMessage | RpcFault {
  const fault = checkChange(request)
  if (fault !== undefined) return fault
  const { name: target, reason } = request
  source.audit({ action, target, by: callerOf(access, call), isAllowed: access.canWrite, reason })
  if (!access.canWrite) return writeDenied(access)
  const found = breakerOf(source, target)
  if (found instanceof RpcFault) return found
  act()
  return breakerOf(source, target)
}

function breakerOf(source: InspectorSource, name: string): BreakerMessage | RpcFault {
  const breakers = byName(source)
  const found = breakers.find((breaker) => breaker.name === name)
  if (found !== undefined) return toBreakerMessage(found)
  return unknownBreaker(
    name,
    breakers.map((breaker) => breaker.name),
  )
}

function byName(source: InspectorSource): BreakerView[] {
  return [...source.breakers()].sort((a, b) => a.name.localeCompare(b.name))
}

function inTurn(...steps: readonly (() => void)[]): () => void {
  return () => {
    for (const step of steps) step()
  }
}
