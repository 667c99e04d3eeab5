import { readFileSync } from 'node:fs'
import type { Peer } from '../peer.ts'
import { nodeProgram } from './node-program.ts'

const LIMITS = new URL('../../../packages/cli/bin/memory-limits.json', import.meta.url)

/** What the launcher limits a sidecar to. */
interface MemoryLimits {
  readonly v8: readonly string[]
  readonly glibc: Readonly<Record<string, string>>
}

const program = nodeProgram(
  'spillway relay, bare',
  'no policy, no telemetry; the memory limits of a sidecar',
  new URL('bare-relay-main.ts', import.meta.url),
)

/** The relay alone, under the limits that the launcher gives to a sidecar: so the two differ in policy only. */
export const bareRelay: Peer = {
  ...program,
  prepare(place) {
    const command = program.prepare(place)
    if ('missing' in command) return command
    const { v8, glibc } = JSON.parse(readFileSync(LIMITS, 'utf8')) as MemoryLimits
    const environment = Object.entries(glibc).map(([name, value]) => `${name}=${value}`)
    return { file: 'env', args: [...environment, command.file, ...v8, ...command.args] }
  },
}
