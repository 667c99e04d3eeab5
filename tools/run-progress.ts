/** Between two lines where nothing can be overwritten, in milliseconds. */
const PLAIN_EVERY_MS = 30_000

/** Over how long the speed of a run is measured, at least, in milliseconds. */
const LATELY_MS = 10_000

/** Where progress is shown; `process.stderr` is one. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/**
 * Shows how far a program of several runs has come, and how long the run under way will still take if it goes on as fast as
 * lately: one line that is overwritten on a terminal, else a line now and then.
 */
export class RunProgress {
  readonly #runs: number
  readonly #output: ProgressOutput
  readonly #nowMs: () => number
  #run = 0
  #title = ''
  #startedMs = 0
  /** Where the run was when its speed was looked at before. */
  #markMs = 0
  #markDone = 0
  #leftMs = Number.NaN
  #shownMs = 0

  constructor(runs: number, output: ProgressOutput, nowMs = (): number => performance.now()) {
    this.#runs = runs
    this.#output = output
    this.#nowMs = nowMs
    this.#shownMs = nowMs()
  }

  /** The next run starts. */
  begin(title: string): void {
    this.#run++
    this.#title = title
    this.#startedMs = this.#nowMs()
    this.#mark(this.#startedMs, 0)
    this.#leftMs = Number.NaN
  }

  /** That fraction of it is done. */
  show(done: number): void {
    const nowMs = this.#nowMs()
    if (nowMs - this.#markMs >= LATELY_MS && done > this.#markDone) {
      this.#leftMs = ((nowMs - this.#markMs) * (1 - done)) / (done - this.#markDone)
      this.#mark(nowMs, done)
    }
    if (!this.#output.isTTY && nowMs - this.#shownMs < PLAIN_EVERY_MS) return
    this.#shownMs = nowMs
    const left = Number.isNaN(this.#leftMs) ? '' : `, about ${clock(this.#leftMs)} to go`
    const text = `${this.#run} of ${this.#runs}: ${this.#title} · ${Math.round(100 * done)} %, ${clock(nowMs - this.#startedMs)}${left}`
    this.#output.write(this.#output.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
  }

  #mark(nowMs: number, done: number): void {
    this.#markMs = nowMs
    this.#markDone = done
  }
}

/** Minutes and seconds. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
