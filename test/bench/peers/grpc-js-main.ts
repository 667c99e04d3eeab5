/** A proxy in @grpc/grpc-js: one method registered with raw bytes, one channel to the backend. */
import {
  Client,
  Server,
  ServerCredentials,
  credentials,
  type MethodDefinition,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { portsFromArguments } from './node-program.ts'

const { listenPort, backendPort } = portsFromArguments()
const raw = (bytes: Buffer): Buffer => bytes
const rpc: MethodDefinition<Buffer, Buffer> = {
  path: '/bench.v1.Echo/Call',
  requestStream: false,
  responseStream: false,
  requestSerialize: raw,
  requestDeserialize: raw,
  responseSerialize: raw,
  responseDeserialize: raw,
}
const client = new Client(`127.0.0.1:${backendPort}`, credentials.createInsecure())
const server = new Server()

server.addService(
  { Call: rpc },
  {
    Call: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
      client.makeUnaryRequest(rpc.path, raw, raw, call.request, call.metadata, (error, reply) => answer(error, reply))
    },
  },
)
server.bindAsync(`127.0.0.1:${listenPort}`, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error
})
