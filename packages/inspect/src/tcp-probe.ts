import { createServer } from 'node:net'

/**
 * Finds out whether `host:port` can be listened on, and rejects with the system's own error when it cannot. grpc-js would
 * print a line of its own to stderr first and hide the reason in a longer text.
 */
export function probeTcp(address: string): Promise<void> {
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  const port = Number(address.slice(colon + 1))
  if (colon <= 0 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    return Promise.reject(new Error(`${address} is not host:port`))
  }
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, host, () => server.close(() => resolve()))
  })
}
