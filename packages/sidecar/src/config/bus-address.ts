import { readFileSync } from 'node:fs'
import type { BusAddress } from '@spillway/bus'
import type { SidecarConfig } from './schema.ts'

/** Where NATS is and who we are to it, `name` in its monitoring. Files are read again at each connection. */
export function busAddress(
  { user, password, passwordFile, nkeyFile, credsFile, tls }: SidecarConfig['nats'],
  servers: readonly string[],
  name: string,
): BusAddress {
  const secret = passwordFile === undefined ? password : textOf(passwordFile)
  const hasTls = Object.values(tls).some((file) => file !== undefined)
  return {
    servers,
    name,
    ...(user === undefined ? {} : { user }),
    ...(secret === undefined ? {} : { password: secret }),
    ...(nkeyFile === undefined ? {} : { seed: () => Buffer.from(textOf(nkeyFile)()) }),
    ...(credsFile === undefined ? {} : { creds: () => readFileSync(credsFile) }),
    ...(hasTls ? { tls: tlsFiles(tls) } : {}),
  }
}

function textOf(file: string): () => string {
  return () => readFileSync(file, 'utf8').trim()
}

function tlsFiles({ ca, cert, key }: SidecarConfig['nats']['tls']): NonNullable<BusAddress['tls']> {
  return {
    ...(ca === undefined ? {} : { caFile: ca }),
    ...(cert === undefined ? {} : { certFile: cert }),
    ...(key === undefined ? {} : { keyFile: key }),
  }
}
