import { machineNowMs } from './admission-log.ts'

/** The time of a script: stands still while a step is under way that the others wait for. */
export class ScriptClock {
  readonly #nowMs: () => number
  readonly #startMs: number
  #heldMs = 0
  #holdBeganMs: number | undefined

  /** Begins at 0 now. */
  constructor(nowMs: () => number = machineNowMs) {
    this.#nowMs = nowMs
    this.#startMs = nowMs()
  }

  /** Script time in seconds. */
  get atS(): number {
    return ((this.#holdBeganMs ?? this.#nowMs()) - this.#startMs - this.#heldMs) / 1_000
  }

  /** Stands still until `task` is done. */
  async hold<Result>(task: Promise<Result>): Promise<Result> {
    const beganMs = this.#nowMs()
    this.#holdBeganMs = beganMs
    try {
      return await task
    } finally {
      this.#heldMs += this.#nowMs() - beganMs
      this.#holdBeganMs = undefined
    }
  }
}
