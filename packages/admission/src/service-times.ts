import type { CallTraits } from '@spillway/call'
import type { FeasibilityConfig } from './admission-config.ts'

/** How far one sample moves an estimate, as a share of it. */
const GAIN = 0.1

/** Estimates move by shares of themselves, so they must not reach zero. */
const LEAST_MS = 0.01

class Estimate {
  /** Whoever finds it for calls of its method; undefined once it is forgotten. */
  keeper: ServiceTimes | undefined
  ms: number
  samples = 1
  sampledMs: number

  /** From a first sample. */
  constructor(keeper: ServiceTimes, tookMs: number, nowMs: number) {
    this.keeper = keeper
    this.ms = Math.max(LEAST_MS, tookMs)
    this.sampledMs = nowMs
  }
}

/** What of a call's traits is asked for. */
type Method = Pick<CallTraits, 'path' | 'serviceTime'>

/**
 * How long a method's calls take, learnt from those that succeeded: a quantile, tracked in constant memory with steps in
 * proportion to the estimate (after Ma, Muthukrishnan, Sandler, "Frugal Streaming for Estimating Quantiles", 2013, whose steps
 * are fixed). It starts from the fastest of the first calls, so that a cold start condemns nobody. It fades once samples
 * stop: an estimate so high that it keeps all calls out would otherwise never be corrected.
 */
export class ServiceTimes {
  readonly #config: FeasibilityConfig
  readonly #estimates = new Map<string, Estimate>()

  constructor(config: FeasibilityConfig) {
    this.#config = config
  }

  /** The time that a call of this method should be given, in milliseconds; 0 while too little is known. */
  expectedMs(method: Method, nowMs: number): number {
    const estimate = this.#find(method)
    if (estimate === undefined || estimate.samples < this.#config.minSamples) return 0
    return this.#faded(estimate, nowMs)
  }

  /** Learns from a call of this method that took `tookMs` and succeeded. */
  observe(method: Method, tookMs: number, nowMs: number): void {
    const estimate = this.#find(method)
    if (estimate === undefined) this.#startEstimate(method.path, tookMs, nowMs)
    else this.#learn(estimate, tookMs, nowMs)
  }

  /** Looked up once for calls that are alike, as long as it is kept. */
  #find(method: Method): Estimate | undefined {
    const known = method.serviceTime
    if (known instanceof Estimate && known.keeper === this) return known
    const found = this.#estimates.get(method.path)
    method.serviceTime = found ?? null
    return found
  }

  #learn(estimate: Estimate, tookMs: number, nowMs: number): void {
    estimate.samples++
    if (estimate.samples <= this.#config.minSamples) {
      estimate.ms = Math.max(LEAST_MS, Math.min(estimate.ms, tookMs))
    } else {
      const { quantile } = this.#config
      const believedMs = this.#faded(estimate, nowMs)
      const step = tookMs > believedMs ? quantile : quantile - 1
      estimate.ms = Math.max(LEAST_MS, believedMs * (1 + GAIN * step))
    }
    estimate.sampledMs = nowMs
  }

  #faded(estimate: Estimate, nowMs: number): number {
    const idleMs = nowMs - estimate.sampledMs
    const { believedMs } = this.#config
    return idleMs <= believedMs ? estimate.ms : (estimate.ms * believedMs) / idleMs
  }

  #startEstimate(path: string, tookMs: number, nowMs: number): void {
    if (this.#estimates.size < this.#config.maxMethods || this.#forgetOne(nowMs)) {
      this.#estimates.set(path, new Estimate(this, tookMs, nowMs))
    }
  }

  /** Forgets the oldest method if it is idle, else spares it for a round: strangers cannot push out what is in use. */
  #forgetOne(nowMs: number): boolean {
    for (const [path, estimate] of this.#estimates) {
      this.#estimates.delete(path)
      if (nowMs - estimate.sampledMs > this.#config.believedMs) {
        estimate.keeper = undefined
        return true
      }
      this.#estimates.set(path, estimate)
      return false
    }
    return false
  }
}
