import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js'

/** `HealthCheckResponse { status: SERVING }`, serialised. */
const SERVING = Buffer.from([0x08, 0x01])

const rpc = {
  requestStream: false,
  requestSerialize: (request: Buffer) => request,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (reply: Buffer) => reply,
  responseDeserialize: (bytes: Buffer) => bytes,
}

/** `grpc.health.v1.Health` of a service that is healthy for as long as it answers. */
export const HEALTH_SERVICE: ServiceDefinition = {
  Check: { path: '/grpc.health.v1.Health/Check', responseStream: false, ...rpc },
  Watch: { path: '/grpc.health.v1.Health/Watch', responseStream: true, ...rpc },
}

/** Answers `SERVING`; a watch stays open, for the status never changes. */
export const health: UntypedServiceImplementation = {
  Check: (_call: unknown, answer: (error: null, reply: Buffer) => void) => answer(null, SERVING),
  Watch: (call: { write(reply: Buffer): void }) => call.write(SERVING),
}
