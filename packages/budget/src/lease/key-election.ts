import type { Clock } from '@spillway/clock'
import type { HeirTime, Office, OfficeElection, RegionLeave } from './office.ts'

/** What a leader writes into the key. */
export interface KeyEntry {
  readonly incarnation: string
  readonly epoch: number
}

/** What the election wants done with the key. One at a time; its result comes back by `answered`. */
export type KeyRequest =
  /** Write the key only if it does not exist. */
  | { readonly kind: 'create'; readonly entry: KeyEntry }
  /** Write the key only if it still has that revision. */
  | { readonly kind: 'update'; readonly ifRevision: number; readonly entry: KeyEntry }
  /** Nobody knows what became of the last write: look. */
  | { readonly kind: 'read' }

/** What became of a request. */
export type KeyAnswer =
  | { readonly kind: 'written'; readonly revision: number }
  /** The condition did not hold; `revision` is what the key has now, 0 for none. Only a linearizable answer counts. */
  | { readonly kind: 'refused'; readonly revision: number }
  | { readonly kind: 'found'; readonly revision: number; readonly entry: KeyEntry | undefined }
  /** No answer came in time: it may or may not have been carried out. */
  | { readonly kind: 'unknown' }

/** How an election is timed, in milliseconds. */
export interface KeyElectionConfig {
  readonly incarnation: string
  /** Time to live of the key: a leader that does not renew loses office within this. */
  readonly ttlMs: number
  readonly renewMs: number
  readonly retryMs: number
  /** Largest relative difference between the rates of any two clocks (ρ). */
  readonly drift: number
}

/** Defaults beside the type. JetStream's own fail-over takes 4 to 9 s: a shorter office would end with each of them. */
export const defaultKeyElectionTimes = { ttlMs: 10_000, renewMs: 2_500, retryMs: 500, drift: 0.02 } as const

/** What a candidate saw of the key on its own clock, without a gap. */
interface Watch {
  readonly revision: number
  /** No renewal has happened since. */
  readonly quietSinceMs: number
  readonly heardMs: number
}

type State =
  | { readonly kind: 'following' }
  /** The key is ours. The epoch is not written into it yet (S4), or the predecessor may still be in office (S5). */
  | { readonly kind: 'elected'; readonly revision: number }
  | {
      readonly kind: 'leading'
      readonly revision: number
      readonly epoch: number
      readonly deadlineMs: number
      readonly deadlineWallMs: number
      readonly isHeir: boolean
    }

interface UnderWay {
  readonly request: KeyRequest
  readonly sentMs: number
  readonly sentWallMs: number
}

/**
 * Election of one leader by a key with a time to live, as a state machine without I/O.
 *
 * Rules. S4: the epoch is one more than the revision won and than any epoch seen anywhere, and is written back before use; a
 * key store that was rolled back costs an election, never an epoch twice. S5: a leader's deadline counts from the sending of
 * its last successful renewal; a successor acts only after it has itself watched the key, without a gap, for a full time to
 * live in which nobody renewed it and no work of a leader was seen. So neither a store whose clock was set nor one that forgot
 * the key or a renewal ends an office early, unless the leader worked out of sight all that time. One need not wait: the heir whom
 * a leader names when it leaves, if the key has not changed since, and only while nobody else could be in office anyway.
 */
export class KeyElection implements OfficeElection {
  readonly #config: KeyElectionConfig
  readonly #clock: Clock
  #state: State = { kind: 'following' }
  #watch: Watch
  #highestEpoch = 0
  #underWay: UnderWay | undefined
  #isUnsure = false
  #nextMs = 0
  #hasLeft = false
  /** A leader has left the key to us at that revision. Nobody else can be in office until then, by the first of both clocks. */
  #inherited = { revision: 0, untilMs: Number.NEGATIVE_INFINITY, untilWallMs: Number.NEGATIVE_INFINITY }

  constructor(config: KeyElectionConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
    this.#watch = { revision: -1, quietSinceMs: clock.nowMs(), heardMs: clock.nowMs() }
  }

  get office(): Office | undefined {
    const state = this.#state
    if (state.kind !== 'leading') return undefined
    // A leader that slept finds on the wall clock how long (S10): its monotonic clock stood still.
    const nowMs = this.#clock.nowMs()
    const deadlineMs = Math.min(state.deadlineMs, nowMs + state.deadlineWallMs - this.#clock.wallMs())
    return nowMs < deadlineMs ? { epoch: state.epoch, deadlineMs } : undefined
  }

  get isHeir(): boolean {
    return this.#state.kind === 'leading' && this.#state.isHeir
  }

  sawEpoch(epoch: number): void {
    this.#highestEpoch = Math.max(this.#highestEpoch, epoch)
    if (this.#state.kind === 'leading' && epoch > this.#state.epoch) {
      // What this very leader issued is still in force: it waits like any other successor (S5).
      this.#watch = { ...this.#watch, quietSinceMs: this.#clock.nowMs() }
      this.#state = { kind: 'elected', revision: this.#state.revision }
    }
  }

  leave(): RegionLeave | undefined {
    const state = this.#state
    if (state.kind !== 'leading' || !this.office || this.#underWay || this.#isUnsure) return undefined
    this.#hasLeft = true
    this.#follow(this.#clock.nowMs())
    return { incarnation: this.#config.incarnation, epoch: state.epoch, revision: state.revision }
  }

  inherit({ epoch, revision }: RegionLeave, until: HeirTime): boolean {
    if (this.#hasLeft || this.#state.kind === 'leading') return false
    this.#highestEpoch = Math.max(this.#highestEpoch, epoch)
    this.#inherited = { revision, untilMs: until.monotonicMs, untilWallMs: until.wallMs }
    this.#nextMs = this.#clock.nowMs()
    return true
  }

  /**
   * A leader of that epoch has just been seen at work, by what it granted: whatever became of its renewals in the store, its
   * office may last for a full time to live from here.
   */
  sawWork(epoch: number): void {
    if (this.#state.kind === 'leading' && this.#state.epoch === epoch) return
    this.#watch = { ...this.#watch, quietSinceMs: this.#clock.nowMs() }
  }

  /** What to send now, or undefined. To be asked every 50 to 100 ms. */
  poll(): KeyRequest | undefined {
    const nowMs = this.#clock.nowMs()
    if (this.#state.kind === 'leading' && !this.office) this.#follow(nowMs)
    if (this.#underWay !== undefined || nowMs < this.#nextMs || this.#hasLeft) return undefined
    const request = this.#isUnsure ? ({ kind: 'read' } as const) : this.#wanted(nowMs)
    this.#underWay = { request, sentMs: nowMs, sentWallMs: this.#clock.wallMs() }
    return request
  }

  /** The answer to the request under way. */
  answered(answer: KeyAnswer): void {
    const done = this.#underWay
    if (!done) return
    const nowMs = this.#clock.nowMs()
    this.#underWay = undefined
    this.#nextMs = nowMs + this.#config.retryMs
    switch (answer.kind) {
      case 'written':
        return this.#written(answer.revision, done, nowMs)
      case 'refused':
        if (done.request.kind === 'update') this.#spendInheritance()
        else if (this.#mayInherit) this.#nextMs = nowMs
        if (this.#state.kind !== 'following') this.#follow(nowMs)
        return this.#observe(answer.revision, nowMs)
      case 'found':
        return this.#found(answer.revision, answer.entry, nowMs)
      case 'unknown':
        this.#isUnsure = true
    }
  }

  #wanted(nowMs: number): KeyRequest {
    const { incarnation } = this.#config
    const state = this.#state
    if (state.kind === 'leading') {
      return { kind: 'update', ifRevision: state.revision, entry: { incarnation, epoch: state.epoch } }
    }
    if (state.kind === 'elected') {
      const isQuiet = nowMs >= this.#quietEndMs || this.#mayInherit
      const epoch = isQuiet ? 1 + Math.max(state.revision, this.#highestEpoch) : 0
      return { kind: 'update', ifRevision: state.revision, entry: { incarnation, epoch } }
    }
    if (this.#mayInherit) {
      const { revision } = this.#inherited
      const epoch = 1 + Math.max(revision + 1, this.#highestEpoch)
      return { kind: 'update', ifRevision: revision, entry: { incarnation, epoch } }
    }
    return { kind: 'create', entry: { incarnation, epoch: 0 } }
  }

  #written(revision: number, { request, sentMs, sentWallMs }: UnderWay, nowMs: number): void {
    if (request.kind === 'read') return
    if (request.kind === 'create' && revision !== this.#watch.revision + 1)
      this.#watch = { ...this.#watch, quietSinceMs: nowMs }
    else if (this.#hasGap(nowMs)) this.#watch = { ...this.#watch, quietSinceMs: nowMs }
    this.#watch = { ...this.#watch, revision, heardMs: nowMs }
    const { epoch } = request.entry
    const isLeading = this.#state.kind === 'leading'
    const isHeir = isLeading ? this.isHeir : this.#mayInherit
    const isTooEarly = !isLeading && !isHeir && nowMs < this.#quietEndMs
    if (epoch === 0 || epoch < this.#highestEpoch || isTooEarly) {
      this.#state = { kind: 'elected', revision }
      this.#nextMs = Math.max(nowMs, Math.min(this.#nextMs, this.#quietEndMs))
      return
    }
    this.#highestEpoch = epoch
    const heldMs = this.#config.ttlMs * (1 - this.#config.drift)
    const deadlines = { deadlineMs: sentMs + heldMs, deadlineWallMs: sentWallMs + heldMs }
    this.#state = { kind: 'leading', revision, epoch, ...deadlines, isHeir }
    this.#spendInheritance()
    this.#nextMs = sentMs + this.#config.renewMs
  }

  /** After a write of unknown fate: the key counts as ours only if it names this very incarnation. */
  #found(revision: number, entry: KeyEntry | undefined, nowMs: number): void {
    this.#isUnsure = false
    this.#nextMs = nowMs
    const isOurs = entry?.incarnation === this.#config.incarnation
    if (!isOurs) {
      if (this.#state.kind !== 'following') this.#follow(nowMs)
      return
    }
    this.#state = this.#state.kind === 'leading' ? { ...this.#state, revision } : { kind: 'elected', revision }
  }

  /** A linearizable answer said which revision the key has: the watch goes on, or begins anew after a change or a gap. */
  #observe(revision: number, nowMs: number): void {
    const hasChanged = revision !== this.#watch.revision && revision !== 0
    const quietSinceMs = this.#hasGap(nowMs) || hasChanged ? nowMs : this.#watch.quietSinceMs
    this.#watch = { revision: revision === 0 ? this.#watch.revision : revision, quietSinceMs, heardMs: nowMs }
  }

  /** From then on no predecessor can be in office, unless it renews before. */
  get #quietEndMs(): number {
    return this.#watch.quietSinceMs + this.#config.ttlMs * (1 + this.#config.drift)
  }

  get #mayInherit(): boolean {
    const { untilMs, untilWallMs } = this.#inherited
    return this.#clock.nowMs() < untilMs && this.#clock.wallMs() < untilWallMs
  }

  #spendInheritance(): void {
    this.#inherited = { ...this.#inherited, untilMs: Number.NEGATIVE_INFINITY }
  }

  #hasGap(nowMs: number): boolean {
    return nowMs - this.#watch.heardMs > this.#config.ttlMs / 2
  }

  #follow(nowMs: number): void {
    this.#state = { kind: 'following' }
    this.#watch = { revision: -1, quietSinceMs: nowMs, heardMs: nowMs }
  }
}
