import type { BenchOptions } from './bench-options.ts'
import type { LoadTarget } from './h2load.ts'
import type { Cores } from './machine.ts'

/** What all measurements of one run share. */
export interface Ground {
  readonly options: BenchOptions
  readonly cores: Cores
  /** For files that are gone after the run. */
  readonly folder: string
  readonly backendPort: number
  /** The compiled caller. */
  readonly caller: string
  /** One for each peer, in their order. */
  readonly peerPorts: readonly number[]
  readonly target: Omit<LoadTarget, 'port'>
  /** Hears what goes on. */
  readonly tell: (line: string) => void
}
