import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { SkippedPeer } from './bench-result.ts'
import type { Command } from './command.ts'
import { Entrant } from './entrant.ts'
import type { Ground } from './ground.ts'
import { DIRECT } from './peer.ts'
import { PEERS } from './peers/index.ts'
import { PinnedProcess } from './pinned-process.ts'

/** An entrant that can be started. */
export interface Candidate {
  readonly entrant: Entrant
  /** Undefined for the direct way, which is up as long as the backend is. */
  readonly start: (() => Promise<PinnedProcess>) | undefined
}

/** Who takes part. */
export interface LineUp {
  /** The direct way first. */
  readonly candidates: readonly Candidate[]
  readonly skipped: readonly SkippedPeer[]
}

/** Everyone who is wanted and installed, none of them started yet. */
export function lineUp(ground: Ground, backend: Command): LineUp {
  const about = { note: 'nothing between', command: backend, target: { ...ground.target, port: ground.backendPort } }
  const candidates: Candidate[] = [{ entrant: new Entrant(DIRECT, about), start: undefined }]
  const skipped: SkippedPeer[] = []
  for (const [index, peer] of PEERS.entries()) {
    if (!isWanted(ground, peer.name)) continue
    const port = ground.peerPorts[index] ?? 0
    const folder = join(ground.folder, String(port))
    mkdirSync(folder)
    const command = peer.prepare({ listenPort: port, backendPort: ground.backendPort, folder })
    if ('missing' in command) {
      skipped.push({ name: peer.name, reason: `${command.missing} was not found` })
      continue
    }
    const target = { ...ground.target, port }
    const entrant = new Entrant(peer.name, { note: peer.note, versionOf: peer.versionOf, command, target })
    candidates.push({ entrant, start: () => PinnedProcess.start(command, ground.cores.peer, port) })
  }
  return { candidates, skipped }
}

/** Starts all of them, to be ended with `servers`. Who does not start is skipped by name. */
export async function startAll(
  ground: Ground,
  { candidates, skipped }: LineUp,
  servers: AsyncDisposableStack,
): Promise<LineUp> {
  const started: Candidate[] = []
  const failed: SkippedPeer[] = []
  for (const candidate of candidates) {
    try {
      servers.use(await candidate.start?.())
      started.push(candidate)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      failed.push({ name: candidate.entrant.name, reason })
    }
  }
  for (const { name, reason } of failed) ground.tell(`${name}: skipped: ${reason}`)
  return { candidates: started, skipped: [...skipped, ...failed] }
}

function isWanted({ options: { only } }: Ground, name: string): boolean {
  return only.length === 0 || only.includes(name)
}
