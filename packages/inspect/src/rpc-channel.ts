import { Client, Metadata, credentials, type MethodDefinition } from '@grpc/grpc-js'
import { systemClock } from '@spillway/clock'
import { toInspectorError } from './inspector-error.ts'

const LARGEST_MESSAGE_BYTES = 16 * 1_048_576

/** A connection to one address that speaks typed rpcs. Connects with the first call. */
export class RpcChannel {
  readonly #address: string
  readonly #timeoutMs: number
  readonly #client: Client

  /** Takes `host:port` or `unix:/path`. */
  constructor(address: string, timeoutMs: number) {
    this.#address = address
    this.#timeoutMs = timeoutMs
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.enable_http_proxy': 0,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': LARGEST_MESSAGE_BYTES,
      'grpc.enable_channelz': 0,
    })
  }

  /** One request, one answer, within the timeout. Rejects with an `InspectorError`. */
  call<Request extends object, Reply extends object>(
    rpc: MethodDefinition<Request, Reply>,
    request: Request,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        rpc.path,
        rpc.requestSerialize,
        rpc.responseDeserialize,
        request,
        new Metadata(),
        { deadline: systemClock.wallMs() + this.#timeoutMs },
        (error, reply) => {
          if (reply === undefined) reject(toInspectorError(error, this.#address))
          else resolve(reply)
        },
      )
    })
  }

  /** One request, a stream of answers until the reader stops, `signal` aborts, or it fails with an `InspectorError`. */
  async *stream<Request extends object, Reply extends object>(
    rpc: MethodDefinition<Request, Reply>,
    request: Request,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Reply, void, undefined> {
    const isAborted = (): boolean => signal?.aborted ?? false
    if (isAborted()) return
    const call = this.#client.makeServerStreamRequest(rpc.path, rpc.requestSerialize, rpc.responseDeserialize, request)
    const cancel = (): void => call.cancel()
    signal?.addEventListener('abort', cancel)
    try {
      for await (const reply of call) yield reply as Reply
    } catch (error) {
      if (!isAborted()) throw toInspectorError(error, this.#address)
    } finally {
      signal?.removeEventListener('abort', cancel)
      call.cancel()
    }
  }

  /** Closes the connection; streams that are open end. */
  close(): void {
    this.#client.close()
  }
}
