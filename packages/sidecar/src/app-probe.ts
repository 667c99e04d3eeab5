import { connect, type Socket } from 'node:net'
import { parseAddress } from '@spillway/relay'
import { HealthCall } from './health-call.ts'

/** What the app says of itself: `serving` also when it has no health service but takes connections. */
export type AppCondition = 'serving' | 'not_serving' | 'unreachable'

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

/** Whether anything takes connections there, whatever it speaks. */
export async function takesConnections(address: string, timeoutMs: number): Promise<boolean> {
  const socket = await connectTo(address, timeoutMs)
  socket?.destroy()
  return socket !== undefined
}

function connectTo(address: string, timeoutMs: number): Promise<Socket | undefined> {
  const { promise, resolve } = Promise.withResolvers<Socket | undefined>()
  const socket = connect(parseAddress(address))
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

function askHealth(socket: Socket, timeoutMs: number): Promise<AppCondition> {
  const { promise, resolve } = Promise.withResolvers<AppCondition>()
  socket.setTimeout(timeoutMs, () => resolve('serving'))
  void new HealthCall(socket, (isServing) => resolve(isServing ? 'serving' : 'not_serving'))
  return promise
}
