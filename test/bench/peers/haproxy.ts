import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../command.ts'
import type { Peer } from '../peer.ts'

/** HAProxy with HTTP/2 on both sides. */
export const haproxy: Peer = {
  name: 'HAProxy',
  note: 'nbthread 1, no log',
  versionOf: { file: 'haproxy', args: ['-v'] },
  prepare({ listenPort, backendPort, folder }) {
    const file = findProgram('haproxy')
    if (file === undefined) return { missing: 'haproxy (Debian: haproxy)' }
    const path = join(folder, 'haproxy.cfg')
    writeFileSync(path, configuration(listenPort, backendPort))
    return { file, args: ['-f', path] }
  },
}

function configuration(listenPort: number, backendPort: number): string {
  return `global
  nbthread 1
  maxconn 1000
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend bench
  bind 127.0.0.1:${listenPort} proto h2
  default_backend bench
backend bench
  server one 127.0.0.1:${backendPort} proto h2
`
}
