import { fileURLToPath } from 'node:url'

function file(name: string): string {
  return fileURLToPath(new URL(`tls/${name}`, import.meta.url))
}

/**
 * PEM files for tests over TLS: an authority whose key is thrown away, and what it signed for `localhost` and 127.0.0.1. They
 * hold for a hundred years and protect nothing.
 */
export const TLS_FILES = {
  ca: file('ca.pem'),
  server: { cert: file('server.pem'), key: file('server-key.pem') },
  client: { cert: file('client.pem'), key: file('client-key.pem') },
} as const
