import type { Socket } from 'node:net'

/** What one read takes at most: as much as Node's own. */
const READ_BYTES = 65_536
/** Chunks below this size lie together in slabs. Whoever keeps one keeps its slab, so neither is large. */
const SMALL_BYTES = 1_024
const SLAB_BYTES = 4_096

/** Where all sockets read into. What one read has brought is copied before the next one. */
const scratch = Buffer.allocUnsafeSlow(READ_BYTES)

let slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
let slabUsed = 0

/**
 * Hands over all that the socket receives, in order, in chunks that belong to `receive`. Everything else (`end`, `close`, errors) is
 * the socket's own, as with a listener of `data`, which this replaces.
 *
 * Node makes an ArrayBuffer of its own for each read, which a collection must find and free one by one: while calls are few, a
 * third of its pause. Its remedy is the `onread` option of `net.connect`; a socket that
 * a server accepts has none. What that option sets is set here for both. These are properties that Node keeps to itself: if they
 * are not there, this listens for `data`.
 */
export function receiveFrom(socket: Socket, receive: (chunk: Buffer) => void): void {
  const { buffer, callback } = onreadKeys(socket)
  const handle: unknown = Reflect.get(socket, '_handle')
  if (buffer === undefined || callback === undefined || !(isEmpty(handle) || hasUserBuffer(handle))) {
    socket.on('data', receive)
    return
  }
  Reflect.set(socket, buffer, scratch)
  // Returns nothing: what returns false stops the reading.
  Reflect.set(socket, callback, (bytes: number): void => {
    receive(copyOfScratch(bytes))
  })
  // A socket that has no handle yet (a name is looked up first) does this itself when it gets one.
  if (hasUserBuffer(handle)) handle.useUserBuffer(scratch)
}

/** The handle of a socket that can read into a buffer of somebody else's. */
interface UserBufferHandle {
  useUserBuffer(buffer: Buffer): void
}

function isEmpty(handle: unknown): handle is null | undefined {
  return handle === null || handle === undefined
}

function hasUserBuffer(handle: unknown): handle is UserBufferHandle {
  return !isEmpty(handle) && typeof Reflect.get(handle, 'useUserBuffer') === 'function'
}

/** Under which a socket keeps the buffer and the callback of `onread`. */
function onreadKeys(socket: Socket): { buffer: symbol | undefined; callback: symbol | undefined } {
  const keys = Object.getOwnPropertySymbols(socket)
  const named = (name: string): symbol | undefined => keys.find(({ description }) => description === name)
  return { buffer: named('kBuffer'), callback: named('kBufferCb') }
}

function copyOfScratch(bytes: number): Buffer {
  const chunk = bytes < SMALL_BYTES ? ofSlab(bytes) : Buffer.allocUnsafeSlow(bytes)
  scratch.copy(chunk, 0, 0, bytes)
  return chunk
}

function ofSlab(bytes: number): Buffer {
  if (slabUsed + bytes > SLAB_BYTES) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
    slabUsed = 0
  }
  slabUsed += bytes
  return slab.subarray(slabUsed - bytes, slabUsed)
}
