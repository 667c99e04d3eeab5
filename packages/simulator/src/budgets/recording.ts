import type { Fleet } from './fleet.ts'

/** The state of a fleet at one moment; counts are since the start. */
export interface Sample {
  readonly nowMs: number
  readonly held: readonly (number | undefined)[]
  readonly admittedByRegion: readonly number[]
  readonly offeredByTier: readonly number[]
  readonly admittedByTier: readonly number[]
  readonly inside: number
  readonly between: number
  readonly insideCopies: number
  readonly betweenCopies: number
  readonly hasAllocator: boolean
}

/** How long admissions are averaged over where a scheme has no shares to look at, in milliseconds. */
const AVERAGED_MS = 200

/** What happened in a run, sample by sample. */
export class Recording {
  readonly samples: Sample[] = []
  readonly sampleMs: number
  readonly #regions: number

  constructor(regions: number, sampleMs: number) {
    this.#regions = regions
    this.sampleMs = sampleMs
  }

  /** Notes the state of the fleet. To be called every `sampleMs`. */
  take(fleet: Fleet): void {
    const { tally, traffic } = fleet
    this.samples.push({
      nowMs: fleet.nowMs,
      held: Array.from({ length: this.#regions }, (_, region) => fleet.heldRate(region)),
      admittedByRegion: Array.from({ length: this.#regions }, (_, region) => tally.admittedByRegion[region] ?? 0),
      offeredByTier: [...tally.offeredByTier],
      admittedByTier: [...tally.admittedByTier],
      ...traffic,
      hasAllocator: fleet.breakable?.hasAllocator ?? true,
    })
  }

  /** The sample at that time, or the last before it. */
  at(nowMs: number): Sample | undefined {
    return this.samples[Math.min(this.samples.length, Math.floor(nowMs / this.sampleMs)) - 1]
  }

  /** What a region may admit at that time, in units per second; without shares, what it did admit just before. */
  rateAt(region: number, nowMs: number): number {
    const sample = this.at(nowMs)
    const held = sample?.held[region]
    if (held !== undefined) return held
    const before = this.at(nowMs - AVERAGED_MS)
    const admitted = (sample?.admittedByRegion[region] ?? 0) - (before?.admittedByRegion[region] ?? 0)
    return (admitted * 1_000) / AVERAGED_MS
  }

  /** Units per second that were admitted between two times, all regions together. */
  admittedRate(fromMs: number, toMs: number): number {
    return (this.#count(toMs, 'admittedByTier') - this.#count(fromMs, 'admittedByTier')) / ((toMs - fromMs) / 1_000)
  }

  /** As {@link admittedRate}, for what was asked for. */
  offeredRate(fromMs: number, toMs: number): number {
    return (this.#count(toMs, 'offeredByTier') - this.#count(fromMs, 'offeredByTier')) / ((toMs - fromMs) / 1_000)
  }

  /** The part of a tier's calls between two times that got in; 1 when none came. */
  served(tier: number, fromMs: number, toMs: number): number {
    const [first, last] = [this.at(fromMs), this.at(toMs)]
    const offered = (last?.offeredByTier[tier] ?? 0) - (first?.offeredByTier[tier] ?? 0)
    const admitted = (last?.admittedByTier[tier] ?? 0) - (first?.admittedByTier[tier] ?? 0)
    return offered > 0 ? admitted / offered : 1
  }

  #count(nowMs: number, kind: 'admittedByTier' | 'offeredByTier'): number {
    return this.at(nowMs)?.[kind].reduce((sum, count) => sum + count, 0) ?? 0
  }
}
