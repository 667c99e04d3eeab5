import { TurnClock, systemRandom, type Clock, type Random } from '@spillway/clock'
import { BufferPool } from '@spillway/http2'
import type { TransportResources } from './transport.ts'
import { Turn } from './turn.ts'

/** What listeners and upstreams take from outside. One object for all of a process, so that they share their buffers. */
export interface RelayResources extends TransportResources {
  readonly clock: Clock
  readonly random: Random
}

/** The resources of the running process. */
export function createRelayResources(clock: Clock = new TurnClock(), random: Random = systemRandom): RelayResources {
  return { clock, random, pool: new BufferPool(), turn: new Turn() }
}
