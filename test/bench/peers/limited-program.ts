import { readFileSync } from 'node:fs'
import type { Peer } from '../peer.ts'
import { nodeProgram } from './node-program.ts'

const LIMITS = new URL('../../../packages/cli/bin/memory-limits.json', import.meta.url)

/** What the launcher limits a sidecar to. */
interface MemoryLimits {
  readonly v8: readonly string[]
  readonly glibc: Readonly<Record<string, string>>
}

/** As {@link nodeProgram}, under the limits that the launcher gives to a sidecar: so it differs from one in what it does only. */
export function limitedProgram(name: string, note: string, file: URL): Peer {
  const program = nodeProgram(name, `${note}; the memory limits of a sidecar`, file)
  return {
    ...program,
    prepare(place) {
      const command = program.prepare(place)
      if ('missing' in command) return command
      const { v8, glibc } = JSON.parse(readFileSync(LIMITS, 'utf8')) as MemoryLimits
      const environment = Object.entries(glibc).map(([name, value]) => `${name}=${value}`)
      return { file: 'env', args: [...environment, command.file, ...v8, ...command.args] }
    },
  }
}
