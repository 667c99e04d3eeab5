import type { SendTime } from './send-log.ts'

/** A term of office. */
export interface Office {
  readonly epoch: number
  /** Own monotonic time after which nothing that this leader issued may be in force. */
  readonly deadlineMs: number
}

/** What a leader says when it leaves office for good, so that its successor need not wait. */
export interface Leave {
  /** Its incarnation: it never stands again. */
  readonly incarnation: string
  /** The epoch that ends. */
  readonly epoch: number
}

/** What the leader of a region says when it leaves for one heir. */
export interface RegionLeave extends Leave {
  /** Of the key that it held; 0 where voters elect. */
  readonly revision: number
}

/** How long the place of a leader that has left is free for its heir, on both of the heir's clocks. */
export interface HeirTime extends SendTime {
  /** Own monotonic time at which no lease of that leader is in force any more. */
  readonly deadMs: number
}

/** One candidate's part in the election to an office, however that is decided. At most one holds the office at any time. */
export interface OfficeElection {
  /** The office held now, or undefined. Over at its deadline, by the first of both clocks (S10), whoever can be reached. */
  readonly office: Office | undefined
  /** That office was left to this candidate, and nobody had it in between: it goes on in the place of who left. */
  readonly isHeir: boolean
  /** Somebody used that epoch: ours must be higher (S4). A leader that learns of a higher one steps down. */
  sawEpoch(epoch: number): void
  /** Leaves office for good. Undefined when it cannot right now: without office, or while it is not known what becomes of a renewal. */
  leave(): RegionLeave | undefined
  /**
   * A leader has left for this candidate alone. It need not wait if it takes office before `until`, by both clocks: nobody else can.
   * Afterwards it is as if nothing had been left. False when it has no use for it.
   */
  inherit(leave: RegionLeave, until: HeirTime): boolean
}
