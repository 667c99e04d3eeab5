import { spawnSync } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'
import { findProgram, type Command } from './command.ts'

/** Which cores do what. */
export interface Cores {
  /** The peer under measurement, alone. */
  readonly peer: number
  readonly backend: number
  readonly load: number
}

/** Load and backend share a core where there are only two; the same for every peer. */
export function chooseCores(count: number): Cores {
  if (count >= 3) return { peer: 0, backend: 1, load: 2 }
  return count === 2 ? { peer: 0, backend: 1, load: 1 } : { peer: 0, backend: 0, load: 0 }
}

/** What a reader must know of the machine. */
export function describeMachine(cores: Cores): Record<string, string> {
  const isPinned = findProgram('taskset') !== undefined
  return {
    cores: `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    node: process.version,
    pinning: isPinned
      ? `peer on core ${cores.peer}, backend on core ${cores.backend}, h2load on core ${cores.load}`
      : 'none: taskset was not found',
  }
}

/** The first line of what a program says of its version; empty when it does not. */
export function versionLine({ file, args }: Command): string {
  const path = findProgram(file)
  if (path === undefined) return ''
  const { stdout } = spawnSync(path, args, { encoding: 'utf8', timeout: 5_000 })
  return stdout.split('\n')[0]?.trim() ?? ''
}
