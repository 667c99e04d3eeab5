/** The unix socket of an inspector cannot be had, whatever its port: one clear line that begins with the path. */
export class SocketError extends Error {
  override readonly name = 'SocketError'
}
