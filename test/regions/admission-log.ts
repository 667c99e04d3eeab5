import { openSync, readFileSync, writeSync } from 'node:fs'

/** Ways to share the budget that see the same calls. */
export const POLICIES = ['leases', 'static', 'central'] as const

/** One of the ways. */
export type Policy = (typeof POLICIES)[number]

/** One decision. */
export interface Decision {
  /** This machine's monotonic time in milliseconds, the same in every process. */
  readonly atMs: number
  readonly tier: number
  readonly isAdmitted: boolean
  /** Neither served nor refused: nobody was there to decide, or no answer came in time. */
  readonly isLost?: true
}

const RECORD_BYTES = 10

/** Last octet of a record. */
const Mark = { refused: 0, admitted: 1, lost: 2 } as const

/** Monotonic time in milliseconds from an origin that all processes of this machine share. */
export function machineNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Appends each decision to a file before anybody can act on it, so that a kill loses none. Ten bytes each. */
export class AdmissionLog {
  readonly #file: number
  readonly #record = Buffer.alloc(RECORD_BYTES)

  constructor(path: string) {
    this.#file = openSync(path, 'a')
  }

  /** Writes one down. */
  append({ atMs, tier, isAdmitted, isLost }: Decision): void {
    this.#record.writeDoubleLE(atMs, 0)
    this.#record.writeUInt8(tier, 8)
    this.#record.writeUInt8(isLost ? Mark.lost : isAdmitted ? Mark.admitted : Mark.refused, 9)
    writeSync(this.#file, this.#record)
  }
}

/** All decisions of some logs in the order of time. A record cut short by a kill is left out. */
export function readLogs(paths: readonly string[]): Decision[] {
  const decisions: Decision[] = []
  for (const path of paths) {
    const bytes = readFileSync(path)
    for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
      const mark = bytes.readUInt8(at + 9)
      const decision = { atMs: bytes.readDoubleLE(at), tier: bytes.readUInt8(at + 8) }
      const isLost = mark === Mark.lost && ({ isLost: true } as const)
      decisions.push({ ...decision, isAdmitted: mark === Mark.admitted, ...isLost })
    }
  }
  return decisions.sort((one, other) => one.atMs - other.atMs)
}
