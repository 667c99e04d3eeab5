import type { Load } from './terms.ts'
import type { Region } from './topology.ts'

/** Where one sidecar and the app behind it are. */
export interface Site {
  readonly name: string
  readonly region: Region
  readonly inboundPort: number
  readonly inspectPort: number
  readonly appPort: number
}

/** What a child is told at its start. */
export interface Setup {
  readonly name: string
  readonly region: Region
  /** NATS servers by region. */
  readonly urls: Readonly<Record<Region, string>>
  /** New with every start. */
  readonly incarnation: string
  /** Folder for logs. */
  readonly folder: string
  readonly sites: readonly Site[]
  /** How long slices outlive their leases, in milliseconds. */
  readonly sliceMs: number
}

/** What callers ask for in each region, at each of its sidecars. */
export type Loads = Readonly<Record<Region, Load>>

/** Calls so far of one region, by class. */
export interface Traffic {
  readonly offered: Load
  readonly served: Load
}

/** What children say of themselves, a few times a second. */
export type Status =
  | { readonly kind: 'region'; readonly aggregator: number; readonly allocator: number }
  | { readonly kind: 'callers'; readonly traffic: Readonly<Record<Region, Traffic>> }
  | { readonly kind: 'ready' }

/** How often children say how they are, in milliseconds. */
const STATUS_MS = 200

/** The setup in a child's arguments. From now on this process ends when its parent does, and leaves Ctrl-C to it. */
export function setupOf(argv: readonly string[]): Setup {
  process.on('disconnect', () => process.exit(0))
  process.on('SIGINT', () => undefined)
  if (!process.connected) process.exit(0)
  return JSON.parse(argv[2] ?? '{}') as Setup // written by the parent, which is of the same build
}

/** Tells the parent how this child is, from now on. */
export function tell(status: () => Status): void {
  setInterval(() => process.send?.(status()), STATUS_MS)
}

/** Hears from the parent what callers ask for. */
export function onLoads(take: (loads: Loads) => void): void {
  process.on('message', (loads: Loads) => take(loads))
}
