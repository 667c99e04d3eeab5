import type { Command } from './command.ts'

/** What a peer needs to know to be started. */
interface PeerPlace {
  readonly listenPort: number
  readonly backendPort: number
  /** A folder of its own for configuration files. */
  readonly folder: string
}

/** Something that stands between h2load and the backend, with one thread of work. */
export interface Peer {
  readonly name: string
  /** How it is held to one thread, and what else is not its default. */
  readonly note: string
  /** Writes its configuration, if any, and returns its command; or says in a word why it cannot run here. */
  prepare(place: PeerPlace): Command | { readonly missing: string }
  /** Its version as it tells it; undefined when it has none of its own. */
  readonly versionOf?: Command
}

/** The backend itself, without anything between. */
export const DIRECT = 'direct'
