import { Client, Metadata, credentials, type ServiceError } from '@grpc/grpc-js'
import type { DemoClass } from '../load/demo-class.ts'
import type { Fate } from '../load/finished-call.ts'
import type { Send } from '../load/open-loop.ts'
import { fateOfError, ruleOf } from './answer-fate.ts'
import { loadChat, type GenerateReply, type GenerateRequest } from './chat-proto.ts'

/** How many connections the callers share, one after the other. */
const CONNECTIONS = 4
const ACCOUNTS = 40
const REQUEST: GenerateRequest = { prompt: 'Summarise the last ten messages of this ticket.', maxTokens: 64 }

/** Callers never retry: the load is to be what the stairs say. Channels of one process would share a connection. */
const CHANNEL_OPTIONS = { 'grpc.enable_retries': 0, 'grpc.use_local_subchannel_pool': 1 }

/**
 * How the contract tells the classes apart: people in distress are raised to critical by metadata, the chat is standard,
 * summaries are sheddable.
 */
const RPC_OF: Readonly<Record<DemoClass, { readonly name: 'Generate' | 'Summarize'; readonly flow: string }>> = {
  critical: { name: 'Generate', flow: 'safety' },
  standard: { name: 'Generate', flow: 'chat' },
  sheddable: { name: 'Summarize', flow: 'digest' },
}

/** Many callers of `chat.v1.Chat` at one address. */
export class ChatCallers {
  readonly #clients: readonly Client[]
  readonly #service = loadChat().service
  #calls = 0

  constructor(address: string) {
    this.#clients = Array.from(
      { length: CONNECTIONS },
      () => new Client(address, credentials.createInsecure(), CHANNEL_OPTIONS),
    )
  }

  /** See {@link Send}. */
  readonly send: Send = (name, timeoutMs, settled) => {
    const client = this.#clients[this.#calls++ % CONNECTIONS]
    const rpc = this.#service[RPC_OF[name].name]
    if (client === undefined || rpc === undefined) throw new Error(`the contract has no rpc for ${name} calls`)
    let rule: string | undefined
    const call = client.makeUnaryRequest<GenerateRequest, GenerateReply>(
      rpc.path,
      rpc.requestSerialize,
      rpc.responseDeserialize,
      REQUEST,
      this.#metadata(name),
      { deadline: new Date(Date.now() + timeoutMs) },
      (error) => settled(fateOf(error, rule), error === null ? (rule ?? '') : ''),
    )
    call.on('metadata', (headers) => {
      rule = ruleOf(headers)
    })
  }

  close(): void {
    for (const client of this.#clients) client.close()
  }

  #metadata(name: DemoClass): Metadata {
    const metadata = new Metadata()
    metadata.set('x-flow', RPC_OF[name].flow)
    metadata.set('x-account', `account-${this.#calls % ACCOUNTS}`)
    return metadata
  }
}

function fateOf(error: ServiceError | null, rule: string | undefined): Fate {
  if (error !== null) return fateOfError(error)
  return rule === undefined ? 'ok' : 'degraded'
}
