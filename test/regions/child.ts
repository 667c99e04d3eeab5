import type { Load } from './terms.ts'
import type { Region } from './topology.ts'

/** What a child is told at its start. */
export interface Setup {
  readonly name: string
  readonly region: Region
  readonly url: string
  /** New with every start. */
  readonly incarnation: string
  /** Folder for logs. */
  readonly folder: string
}

/** What children say of themselves, a few times a second. */
export type Status =
  | { readonly kind: 'region'; readonly aggregator: number; readonly allocator: number; readonly rate: number }
  | { readonly kind: 'sidecar'; readonly rate: number; readonly isCutOff: boolean }

/** The setup in a child's arguments. From now on this process ends when its parent does, and leaves Ctrl-C to it. */
export function setupOf(argv: readonly string[]): Setup {
  process.on('disconnect', () => process.exit(0))
  process.on('SIGINT', () => undefined)
  if (!process.connected) process.exit(0)
  return JSON.parse(argv[2] ?? '{}') as Setup // written by the parent, which is of the same build
}

/** Hears from the parent what callers ask for. */
export function onLoad(take: (load: Load) => void): void {
  process.on('message', (load: Load) => take(load))
}
