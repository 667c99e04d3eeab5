import { fileURLToPath } from 'node:url'
import type { MethodDefinition } from '@grpc/grpc-js'
import { loadSync, type PackageDefinition, type ServiceDefinition } from '@grpc/proto-loader'
import type {
  BreakerMessage,
  ChangeBreakerRequest,
  ListMethodsReply,
  TapReply,
  TapRequest,
  WatchBreakersReply,
  WatchBreakersRequest,
  WatchBudgetsReply,
  WatchMethodsReply,
  WatchMethodsRequest,
} from './messages.ts'
import type { BudgetView } from './views.ts'

const PROTO_ROOT = fileURLToPath(new URL('../../../proto', import.meta.url))
const SERVICE = 'spillway.v1.Inspector'
const HEALTH_SERVICE = 'grpc.health.v1.Health'

/** Status of one service in grpc.health.v1. */
export interface HealthReply {
  readonly status: 'UNKNOWN' | 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN'
}

/** Everything that the inspector's port serves except reflection itself. */
export const packageDefinition: PackageDefinition = loadSync(
  ['spillway/v1/inspector.proto', 'grpc/health/v1/health.proto'],
  {
    includeDirs: [PROTO_ROOT],
    longs: Number,
    enums: String,
    defaults: true,
  },
)

/** The rpcs of spillway.v1.Inspector, with the types of their messages. */
export const inspectorRpcs = {
  listBreakers: rpc<object, { readonly breakers: readonly BreakerMessage[] }>(SERVICE, 'ListBreakers'),
  getBreaker: rpc<{ readonly name: string }, BreakerMessage>(SERVICE, 'GetBreaker'),
  watchBreakers: rpc<WatchBreakersRequest, WatchBreakersReply>(SERVICE, 'WatchBreakers'),
  tripBreaker: rpc<ChangeBreakerRequest, BreakerMessage>(SERVICE, 'TripBreaker'),
  resetBreaker: rpc<ChangeBreakerRequest, BreakerMessage>(SERVICE, 'ResetBreaker'),
  listMethods: rpc<{ readonly method: string }, ListMethodsReply>(SERVICE, 'ListMethods'),
  watchMethods: rpc<WatchMethodsRequest, WatchMethodsReply>(SERVICE, 'WatchMethods'),
  listBudgets: rpc<object, { readonly budgets: readonly BudgetView[] }>(SERVICE, 'ListBudgets'),
  watchBudgets: rpc<{ readonly intervalMs: number }, WatchBudgetsReply>(SERVICE, 'WatchBudgets'),
  tap: rpc<TapRequest, TapReply>(SERVICE, 'Tap'),
} as const

/** The rpcs of grpc.health.v1.Health. */
export const healthRpcs = {
  check: rpc<{ readonly service: string }, HealthReply>(HEALTH_SERVICE, 'Check'),
  watch: rpc<{ readonly service: string }, HealthReply>(HEALTH_SERVICE, 'Watch'),
} as const

/** Names the types of an rpc's messages. That they fit the .proto is what `messages.test.ts` proves. */
function rpc<Request extends object, Reply extends object>(
  service: string,
  name: string,
): MethodDefinition<Request, Reply> {
  const method = serviceOf(service)[name]
  if (method === undefined) throw new Error(`${service} has no rpc ${name}`)
  return {
    path: method.path,
    requestStream: method.requestStream,
    responseStream: method.responseStream,
    requestSerialize: (request) => method.requestSerialize(request),
    requestDeserialize: (bytes) => method.requestDeserialize(bytes) as Request,
    responseSerialize: (reply) => method.responseSerialize(reply),
    responseDeserialize: (bytes) => method.responseDeserialize(bytes) as Reply,
  }
}

function serviceOf(name: string): ServiceDefinition {
  const definition = packageDefinition[name]
  if (definition === undefined || 'format' in definition) throw new Error(`no service ${name} in the .proto files`)
  return definition
}
