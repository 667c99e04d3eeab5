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

/** One candidate's part in the election to an office, however that is decided. At most one holds the office at any time. */
export interface OfficeElection {
  /** The office held now, or undefined. Over at its deadline, by the first of both clocks (S10), whoever can be reached. */
  readonly office: Office | undefined
  /** Somebody used that epoch: ours must be higher (S4). A leader that learns of a higher one steps down. */
  sawEpoch(epoch: number): void
  /** Leaves office for good. Undefined when it cannot right now: without office, or while it is not known what becomes of a renewal. */
  leave(): RegionLeave | undefined
  /**
   * A leader has left for this candidate alone. Up to `until`, on both clocks, nobody else can be in office: it need not wait. False
   * when it has no use for it.
   */
  inherit(leave: RegionLeave, until: SendTime): boolean
}
