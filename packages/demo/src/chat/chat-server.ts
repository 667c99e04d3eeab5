import { Server, ServerCredentials, status, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js'
import type { ServiceModel } from '../service/service-model.ts'
import { loadChat, type GenerateReply, type GenerateRequest } from './chat-proto.ts'
import type { FaultInjection } from './fault-injection.ts'
import { HEALTH_SERVICE, health } from './health.ts'

/** A server of `chat.v1.Chat` that listens. */
export interface ChatServer {
  readonly port: number
  /** Cuts everything off. */
  stop(): void
}

/**
 * Serves the unary methods of `chat.v1.Chat` with a modelled capacity. Every call takes a slot for a while; what finds
 * slots and queue full is answered RESOURCE_EXHAUSTED "busy". Faults strike Generate alone: the large model is sick, the
 * small one behind Summarize is not.
 */
export async function startChatServer(model: ServiceModel, faults: FaultInjection): Promise<ChatServer> {
  const server = new Server()
  const healthy = (): boolean => false
  server.addService(loadChat().service, {
    Generate: unary(model, () => faults.strikes()),
    Summarize: unary(model, healthy),
  })
  server.addService(HEALTH_SERVICE, health)
  const port = await listen(server)
  return { port, stop: () => server.forceShutdown() }
}

type UnaryHandler = (
  call: ServerUnaryCall<GenerateRequest, GenerateReply>,
  answer: sendUnaryData<GenerateReply>,
) => void

function unary(model: ServiceModel, strikes: () => boolean): UnaryHandler {
  return (call, answer) => {
    const job = model.submit(() => {
      if (strikes()) answer({ code: status.INTERNAL, details: 'the model crashed' })
      else answer(null, replyTo(call.request))
    })
    if (job === undefined) answer({ code: status.RESOURCE_EXHAUSTED, details: 'server busy, try again later' })
    else call.on('cancelled', () => model.cancel(job))
  }
}

function replyTo({ prompt, maxTokens }: GenerateRequest): GenerateReply {
  const promptTokens = Math.floor(prompt.length / 4)
  const usage = { promptTokens, answerTokens: maxTokens, totalTokens: promptTokens + maxTokens }
  return { text: 'An answer of the model.', tokens: maxTokens, finish: 'STOP', usage }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port)
      else reject(error)
    })
  })
}
