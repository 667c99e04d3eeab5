import { fileURLToPath } from 'node:url'
import type { Peer } from '../peer.ts'

/** A proxy that is a program of this folder: `node <program> <listen port> <backend port>`. */
export function nodeProgram(name: string, note: string, program: URL): Peer {
  const path = fileURLToPath(program)
  return {
    name,
    note,
    prepare: ({ listenPort, backendPort }) => ({
      file: process.execPath,
      args: [path, String(listenPort), String(backendPort)],
    }),
  }
}

/** The two ports that such a program is given. */
export function portsFromArguments(): { readonly listenPort: number; readonly backendPort: number } {
  const [listenPort, backendPort] = process.argv.slice(2).map(Number)
  if (!listenPort || !backendPort) throw new Error('usage: node <program> <listen port> <backend port>')
  return { listenPort, backendPort }
}
