import { connect as connectHttp2, constants } from 'node:http2'
import { connect as connectSocket, type Socket } from 'node:net'

/** What the app says of itself: `serving` also when it has no health service but takes connections. */
export type AppCondition = 'serving' | 'not_serving' | 'unreachable'

const HEALTH_CHECK = '/grpc.health.v1.Health/Check'
/** `HealthCheckRequest {}` with gRPC's prefix. */
const EMPTY_REQUEST = Buffer.alloc(5)
/** `HealthCheckResponse { status: SERVING }` with gRPC's prefix. */
const SERVING = Buffer.of(0, 0, 0, 0, 2, 0x08, 0x01)

/** Asks the app once, by `grpc.health.v1`; one that does not know it, or does not answer in time, serves if it connects. */
export async function probeApp(address: string, timeoutMs: number): Promise<AppCondition> {
  const socket = await connectTo(address, timeoutMs)
  if (socket === undefined) return 'unreachable'
  try {
    return await askHealth(socket, timeoutMs)
  } finally {
    socket.destroy()
  }
}

function connectTo(address: string, timeoutMs: number): Promise<Socket | undefined> {
  const { promise, resolve } = Promise.withResolvers<Socket | undefined>()
  const socket = connectSocket(socketAddress(address))
  const give = (result: Socket | undefined): void => {
    if (result === undefined) socket.destroy()
    resolve(result)
  }
  socket.setTimeout(timeoutMs, () => give(undefined))
  socket.on('error', () => give(undefined))
  socket.once('connect', () => {
    socket.setTimeout(0)
    give(socket)
  })
  return promise
}

function socketAddress(address: string): { path: string } | { host: string; port: number } {
  if (address.startsWith('unix:')) return { path: address.slice('unix:'.length) }
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1)) }
}

function askHealth(socket: Socket, timeoutMs: number): Promise<AppCondition> {
  const { promise, resolve } = Promise.withResolvers<AppCondition>()
  const session = connectHttp2('http://app', { createConnection: () => socket })
  const give = (condition: AppCondition): void => {
    resolve(condition)
    session.destroy()
  }
  // Whatever is wrong with its health service, something took the connection.
  session.on('error', () => give('serving'))
  session.on('close', () => give('serving'))
  session.setTimeout(timeoutMs, () => give('serving'))
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: HEALTH_CHECK,
    [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
    [constants.HTTP2_HEADER_TE]: 'trailers',
  })
  const chunks: Buffer[] = []
  stream.on('error', () => give('serving'))
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.on('end', () => {
    const reply = Buffer.concat(chunks)
    give(reply.length === 0 || reply.equals(SERVING) ? 'serving' : 'not_serving')
  })
  stream.end(EMPTY_REQUEST)
  return promise
}
