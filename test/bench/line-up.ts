import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildBackend } from './backend.ts'
import type { SkippedPeer } from './bench-result.ts'
import { Entrant } from './entrant.ts'
import type { Ground } from './ground.ts'
import { DIRECT, type Peer } from './peer.ts'
import { PEERS } from './peers/index.ts'
import { PinnedProcess } from './pinned-process.ts'

/** An entrant and the process behind it. */
export interface Running {
  readonly entrant: Entrant
  readonly server: PinnedProcess
}

/** Who takes part. */
export interface LineUp {
  /** The direct way first. */
  readonly running: readonly Running[]
  readonly skipped: readonly SkippedPeer[]
}

/** Starts the backend and every peer that is installed; whoever cannot start is skipped by name. */
export async function lineUp(ground: Ground, servers: AsyncDisposableStack): Promise<LineUp> {
  const running: Running[] = []
  const skipped: SkippedPeer[] = []
  const backend = await startBackend(ground)
  servers.use(backend.server)
  running.push(backend)
  for (const peer of PEERS.filter(({ name }) => isWanted(ground, name))) {
    const started = await startPeer(ground, peer)
    if ('reason' in started) skipped.push(started)
    else running.push(started)
    if ('server' in started) servers.use(started.server)
    ground.tell(`${peer.name}: ${'reason' in started ? `skipped: ${started.reason}` : 'up'}`)
  }
  return { running, skipped }
}

function isWanted({ options: { only } }: Ground, name: string): boolean {
  return only.length === 0 || only.some((word) => name.includes(word))
}

async function startBackend(ground: Ground): Promise<Running> {
  const command = buildBackend(ground.folder, ground.backendPort)
  const server = await PinnedProcess.start(command, ground.cores.backend, ground.backendPort)
  const target = { ...ground.target, port: ground.backendPort }
  return { entrant: new Entrant(DIRECT, { note: 'nothing between', command, target }), server }
}

async function startPeer(ground: Ground, peer: Peer): Promise<Running | SkippedPeer> {
  const listenPort = ground.peerPorts[PEERS.indexOf(peer)] ?? 0
  const folder = join(ground.folder, String(listenPort))
  mkdirSync(folder)
  const command = peer.prepare({ listenPort, backendPort: ground.backendPort, folder })
  if ('missing' in command) return { name: peer.name, reason: `${command.missing} was not found` }
  try {
    const server = await PinnedProcess.start(command, ground.cores.peer, listenPort)
    const target = { ...ground.target, port: listenPort }
    const about = { note: peer.note, versionOf: peer.versionOf, command, target }
    return { entrant: new Entrant(peer.name, about), server }
  } catch (error) {
    return { name: peer.name, reason: error instanceof Error ? error.message : String(error) }
  }
}
