/** A parsed address, in the form that `node:net` takes. */
export type SocketAddress = { readonly path: string } | { readonly host: string; readonly port: number }

const UNIX = 'unix:'

/** Reads `host:port`, `[v6]:port` or `unix:/path`. Throws a RangeError for anything else: configuration is checked before. */
export function parseAddress(text: string): SocketAddress {
  if (text.startsWith(UNIX)) return { path: text.slice(UNIX.length) }
  const match = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port > 65_535) throw new RangeError(`not an address: ${text}`)
  return { host, port }
}

/** Whether a remote address is this machine's own. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
}
