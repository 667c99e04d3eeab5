import { fileURLToPath } from 'node:url'
import {
  Client,
  Metadata,
  Server,
  ServerCredentials,
  credentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type StatusObject,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { loadContract, type Contract } from '@spillway/contract'

const PROTO_ROOT = fileURLToPath(new URL('../../proto', import.meta.url))
const CHAT_PROTO = 'example/inference/v1/chat.proto'

/** `chat.v1.GenerateRequest`. */
export interface Question {
  readonly prompt: string
  readonly max_tokens: number
}

/** How the model answers. */
export interface Manner {
  /** Tokens of an answer. */
  readonly tokens: (question: Question) => number
  /** Between two writes of a stream, and how many tokens each time. */
  readonly tokenMs: number
  readonly tokensAtOnce: number
  /** Whether answers say what they took. */
  readonly tellsUsage: boolean
}

/** A real grpc-js server of the example's model: makes up answers, and remembers when it made how many tokens. */
export class ChatApp {
  manner: Manner = { tokens: ({ max_tokens }) => max_tokens, tokenMs: 2, tokensAtOnce: 1, tellsUsage: true }
  /** Every token made, those of prompts included. */
  readonly made: { readonly atMs: number; readonly tokens: number }[] = []
  #server = new Server()
  #port = 0

  /** Where it listens. */
  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  static async start(): Promise<ChatApp> {
    const app = new ChatApp()
    await app.restart()
    return app
  }

  /** Tears every connection down, in the middle of whatever it does. */
  crash(): void {
    this.#server.forceShutdown()
  }

  /** Listens again, where it did before. */
  async restart(): Promise<void> {
    this.#server = new Server()
    this.#server.addService(chatService, {
      Generate: (call: ServerUnaryCall<Question, object>, answer: sendUnaryData<object>) => {
        answer(null, { text: 'words', usage: this.#usage(call.request, this.manner.tokens(call.request)) })
      },
      Stream: (call: ServerWritableStream<Question, object>) => this.#stream(call),
    })
    this.#port = await new Promise((resolve, reject) => {
      this.#server.bindAsync(`127.0.0.1:${this.#port}`, ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      )
    })
  }

  #stream(call: ServerWritableStream<Question, object>): void {
    const { tokenMs, tokensAtOnce } = this.manner
    const length = this.manner.tokens(call.request)
    this.#make(promptTokens(call.request))
    let sent = 0
    const timer = setInterval(() => {
      const next = Math.min(length, sent + tokensAtOnce)
      while (sent < next) {
        const isLast = ++sent === length
        this.#make(1)
        call.write({ text: 'word', is_last: isLast, ...(isLast ? { usage: this.#told(call.request, length) } : {}) })
      }
      if (sent < length) return
      clearInterval(timer)
      call.end()
    }, tokenMs)
    call.on('cancelled', () => clearInterval(timer))
    call.on('error', () => clearInterval(timer))
  }

  #usage(question: Question, answerTokens: number): object | undefined {
    this.#make(promptTokens(question) + answerTokens)
    return this.#told(question, answerTokens)
  }

  #told(question: Question, answerTokens: number): object | undefined {
    if (!this.manner.tellsUsage) return undefined
    const prompt = promptTokens(question)
    return { prompt_tokens: prompt, answer_tokens: answerTokens, total_tokens: prompt + answerTokens }
  }

  #make(tokens: number): void {
    this.made.push({ atMs: performance.now(), tokens })
  }
}

/** A stream as its caller sees it. */
export interface Streaming {
  /** Tokens so far. */
  readonly tokens: number
  /** Resolves at that many tokens. */
  reached(tokens: number): Promise<void>
  /** Resolves with the status. */
  readonly ended: Promise<StatusObject>
  cancel(): void
}

/** A grpc-js caller of the example's model. */
export class ChatCaller {
  readonly #client: Client

  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure(), { 'grpc.enable_retries': 0 })
  }

  /** Asks for a whole answer; resolves with the status, whatever it is. */
  generate(question: Question): Promise<StatusObject> {
    return this.#call('Generate', question).ended
  }

  /** Asks for an answer token by token. */
  stream(question: Question): Streaming {
    return this.#call('Stream', question)
  }

  close(): void {
    this.#client.close()
  }

  #call(method: 'Generate' | 'Stream', question: Question): Streaming {
    const definition = chatService[method]
    if (definition === undefined) throw new Error(`no method ${method}`)
    const { path, requestSerialize, responseDeserialize } = definition
    const call = this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      question,
      new Metadata(),
      { deadline: Date.now() + 30_000 },
    )
    let tokens = 0
    const waiting: { readonly tokens: number; readonly resolve: () => void }[] = []
    call.on('data', () => {
      tokens++
      for (const one of waiting) if (tokens >= one.tokens) one.resolve()
    })
    call.on('error', () => undefined)
    return {
      get tokens() {
        return tokens
      },
      reached: (wanted) => new Promise((resolve) => waiting.push({ tokens: wanted, resolve })),
      ended: new Promise((resolve) => call.on('status', resolve)),
      cancel: () => call.cancel(),
    }
  }
}

/** The contract of the example, with these policies over it. */
export function chatContract(policy: unknown = {}): Contract {
  const overlay = { value: policy, placeOf: () => 'the test' }
  const loaded = loadContract({ paths: [PROTO_ROOT], roots: [CHAT_PROTO], budgets: ['tokens'], overlay })
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  return loaded.ok
}

/** What the policy and the model agree on: about four characters to a token. */
function promptTokens({ prompt }: Question): number {
  return Math.floor(prompt.length / 4)
}

const chatService: ServiceDefinition = (() => {
  const definition = loadSync(CHAT_PROTO, { includeDirs: [PROTO_ROOT], keepCase: true })['chat.v1.Chat']
  if (definition === undefined || 'format' in definition) throw new Error('chat.proto has no service Chat')
  return definition
})()
