import { loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { fileURLToPath } from 'node:url'

/** The folder that imports in our `.proto` files start from. */
export const PROTO_ROOT = fileURLToPath(new URL('../../../../proto', import.meta.url))

/** The contract of the demo's service, relative to {@link PROTO_ROOT}. */
export const CHAT_PROTO = 'example/inference/v1/chat.proto'

/** `chat.v1.GenerateRequest`. */
export interface GenerateRequest {
  readonly prompt: string
  readonly maxTokens: number
}

/** `chat.v1.GenerateReply`. */
export interface GenerateReply {
  readonly text: string
  readonly tokens: number
  readonly finish: string
  readonly usage: { readonly promptTokens: number; readonly answerTokens: number; readonly totalTokens: number }
}

/** Loads the contract and returns what clients and servers of `chat.v1.Chat` are made of. */
export function loadChat(): ServiceClientConstructor {
  const definition = loadSync(CHAT_PROTO, { includeDirs: [PROTO_ROOT], enums: String, defaults: true })
  const root = loadPackageDefinition(definition)
  const service = lookUp(root, ['chat', 'v1', 'Chat'])
  if (typeof service !== 'function') throw new Error(`${CHAT_PROTO} declares no service chat.v1.Chat`)
  return service as ServiceClientConstructor
}

function lookUp(root: object, names: readonly string[]): unknown {
  let found: unknown = root
  for (const name of names) found = new Map(Object.entries(found ?? {})).get(name)
  return found
}
