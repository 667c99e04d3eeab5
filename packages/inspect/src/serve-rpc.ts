import {
  status,
  type MethodDefinition,
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js'
import { RpcFault } from './rpc-fault.ts'

/** Serves a unary rpc. What the handler throws is a bug of ours and answers INTERNAL. */
export function serveUnary<Request extends object, Reply extends object>(
  server: Server,
  rpc: MethodDefinition<Request, Reply>,
  handler: (request: Request, call: ServerUnaryCall<Request, Reply>) => Reply | RpcFault,
): void {
  server.register<Request, Reply>(
    rpc.path,
    (call: ServerUnaryCall<Request, Reply>, callback: (error: RpcFault | null, reply?: Reply) => void) => {
      const reply = guarded(() => handler(call.request, call))
      if (reply instanceof RpcFault) callback(reply)
      else callback(null, reply)
    },
    rpc.responseSerialize,
    rpc.requestDeserialize,
    'unary',
  )
}

/** Serves a server-streaming rpc. A fault that the handler returns ends the stream with it. */
export function serveStream<Request extends object, Reply extends object>(
  server: Server,
  rpc: MethodDefinition<Request, Reply>,
  handler: (request: Request, call: ServerWritableStream<Request, Reply>) => RpcFault | undefined,
): void {
  server.register<Request, Reply>(
    rpc.path,
    (call: ServerWritableStream<Request, Reply>) => {
      const fault = guarded(() => handler(call.request, call))
      if (fault !== undefined) call.emit('error', Object.assign(new Error(fault.details), fault))
    },
    rpc.responseSerialize,
    rpc.requestDeserialize,
    'serverStream',
  )
}

function guarded<Result>(run: () => Result): Result | RpcFault {
  try {
    return run()
  } catch {
    return new RpcFault(status.INTERNAL, 'the inspector failed')
  }
}
