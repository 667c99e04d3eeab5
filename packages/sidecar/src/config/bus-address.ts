import { readFileSync } from 'node:fs'
import type { BusAddress } from '@spillway/bus'
import { isCredentials, isUserSeed } from './nkey-seed.ts'
import type { SidecarConfig } from './schema.ts'

/**
 * Where NATS is and who we are to it, `name` in its monitoring. Files are read again at each connection; what is gone or
 * half-written then is passed over for what was read last, since the client would give up for good.
 */
export function busAddress(
  { user, password, passwordFile, nkeyFile, credsFile, tls }: SidecarConfig['nats'],
  servers: readonly string[],
  name: string,
): BusAddress {
  const secret = passwordFile === undefined ? password : reader(passwordFile, (text) => text !== '')
  const seed = nkeyFile === undefined ? undefined : reader(nkeyFile, isUserSeed)
  const creds = credsFile === undefined ? undefined : reader(credsFile, (text) => isCredentials(`${text}\n`))
  const hasTls = Object.values(tls).some((file) => file !== undefined)
  return {
    servers,
    name,
    ...(user === undefined ? {} : { user }),
    ...(secret === undefined ? {} : { password: secret }),
    ...(seed === undefined ? {} : { seed: () => Buffer.from(seed()) }),
    ...(creds === undefined ? {} : { creds: () => Buffer.from(`${creds()}\n`) }),
    ...(hasTls ? { tls: tlsFiles(tls) } : {}),
  }
}

/** Reads a file whenever it is called, less the space around what is in it. Throws only while it has never been good. */
function reader(file: string, isGood: (text: string) => boolean): () => string {
  let last: string | undefined
  return () => {
    try {
      const text = readFileSync(file, 'utf8').trim()
      if (isGood(text)) last = text
    } catch (error) {
      if (last === undefined) throw error
    }
    if (last === undefined) throw new Error(`${file} does not hold what it should`)
    return last
  }
}

function tlsFiles({ ca, cert, key }: SidecarConfig['nats']['tls']): NonNullable<BusAddress['tls']> {
  return {
    ...(ca === undefined ? {} : { caFile: ca }),
    ...(cert === undefined ? {} : { certFile: cert }),
    ...(key === undefined ? {} : { keyFile: key }),
  }
}
