import { findProgram } from '../command.ts'
import type { Peer } from '../peer.ts'

/** The proxy of nghttp2, in C++. */
export const nghttpx: Peer = {
  name: 'nghttpx',
  note: 'one worker, one thread',
  versionOf: { file: 'nghttpx', args: ['--version'] },
  prepare({ listenPort, backendPort }) {
    const file = findProgram('nghttpx')
    if (file === undefined) return { missing: 'nghttpx (Debian: nghttp2-proxy)' }
    return {
      file,
      args: [
        '--conf=/dev/null',
        `--frontend=127.0.0.1,${listenPort};no-tls`,
        `--backend=127.0.0.1,${backendPort};;proto=h2`,
        '--workers=1',
        '--single-thread',
        '--errorlog-file=/dev/null',
      ],
    }
  },
}
