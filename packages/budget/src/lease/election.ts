import type { Clock } from '@spillway/clock'

/** The key that candidates compete for, as far as an election looks at it. */
export interface KeyEntry {
  readonly revision: number
  readonly incarnation: string
  readonly epoch: number
}

/** What the election wants done with the key. At most one is under way at a time; its result comes back by `answered`. */
export type KeyRequest =
  /** Create the key: works only when it does not exist. */
  | { readonly kind: 'create'; readonly entry: Omit<KeyEntry, 'revision'> }
  /** Replace the key if it still has that revision. */
  | { readonly kind: 'update'; readonly ifRevision: number; readonly entry: Omit<KeyEntry, 'revision'> }
  /** Nobody knows what became of the last write: look. */
  | { readonly kind: 'read' }

/** What became of a request. `unknown`: no answer came in time; it may or may not have been carried out. */
export type KeyAnswer =
  | { readonly kind: 'written'; readonly revision: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'found'; readonly entry: KeyEntry | undefined }
  | { readonly kind: 'unknown' }

/** How an election is timed, in milliseconds. */
export interface ElectionConfig {
  readonly incarnation: string
  /** Time to live of the key: a leader that does not renew loses office within this. */
  readonly ttlMs: number
  readonly renewMs: number
  readonly retryMs: number
  /** Largest relative difference between the rates of any two clocks (ρ). */
  readonly drift: number
}

/** Defaults beside the type. JetStream's own fail-over takes 4 to 9 s: a shorter office would end with each of them. */
export const defaultElectionTimes = { ttlMs: 10_000, renewMs: 2_500, retryMs: 500, drift: 0.02 } as const

type State =
  /** Somebody else leads, or nobody knows. `quietSinceMs`: since when the key has not changed on our own clock. */
  | { readonly kind: 'following'; readonly quietSinceMs: number }
  /** The key is ours, the epoch is not yet written into it (rule S4). */
  | { readonly kind: 'elected'; readonly revision: number }
  | { readonly kind: 'leading'; readonly revision: number; readonly epoch: number; readonly deadlineMs: number }

interface UnderWay {
  readonly request: KeyRequest
  readonly sentMs: number
}

/** A term of office. */
export interface Office {
  readonly epoch: number
  /** Own monotonic time after which nothing that this leader issued may be in force. */
  readonly deadlineMs: number
}

/**
 * Election of one leader by a key with a time to live, as a state machine without I/O.
 *
 * Rules: the epoch is one more than the revision won and than any epoch seen anywhere, and is written back before use (S4), so
 * that a key store that was rolled back costs an election and never an epoch twice; a leader's deadline counts from the
 * sending of its last successful renewal, and a successor waits a full time to live on its own monotonic clock during which
 * the key did not change (S5), so that a store whose wall clock was set cannot end an office early.
 */
export class Election {
  readonly #config: ElectionConfig
  readonly #clock: Clock
  #state: State
  #highestEpoch = 0
  #highestRevision = 0
  #underWay: UnderWay | undefined
  #isUnsure = false
  #nextMs = 0

  constructor(config: ElectionConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
    this.#state = { kind: 'following', quietSinceMs: clock.nowMs() }
  }

  /** The office held now, or undefined. Over at its deadline even if nobody could be reached. */
  get office(): Office | undefined {
    const state = this.#state
    if (state.kind !== 'leading' || this.#clock.nowMs() >= state.deadlineMs) return undefined
    return { epoch: state.epoch, deadlineMs: state.deadlineMs }
  }

  /** Somebody used that epoch: ours must be higher. A leader that sees a higher one than its own steps down. */
  sawEpoch(epoch: number): void {
    this.#highestEpoch = Math.max(this.#highestEpoch, epoch)
    if (this.#state.kind === 'leading' && epoch > this.#state.epoch) this.#follow()
  }

  /** The key was seen with this content, by a watch or a read. */
  sawKey(entry: KeyEntry): void {
    if (entry.revision <= this.#highestRevision && this.#state.kind === 'following') return
    this.#highestRevision = Math.max(this.#highestRevision, entry.revision)
    this.#highestEpoch = Math.max(this.#highestEpoch, entry.epoch)
    if (entry.incarnation !== this.#config.incarnation) this.#follow()
  }

  /** What to send now, or undefined. To be asked every 50 to 100 ms. */
  poll(): KeyRequest | undefined {
    const nowMs = this.#clock.nowMs()
    if (this.#state.kind === 'leading' && nowMs >= this.#state.deadlineMs) this.#follow()
    if (this.#underWay !== undefined || nowMs < this.#nextMs) return undefined
    const request = this.#isUnsure ? ({ kind: 'read' } as const) : this.#wanted(nowMs)
    if (request) this.#underWay = { request, sentMs: nowMs }
    return request
  }

  /** The answer to the request under way. */
  answered(answer: KeyAnswer): void {
    const done = this.#underWay
    if (!done) return
    this.#underWay = undefined
    this.#nextMs = this.#clock.nowMs() + this.#config.retryMs
    switch (answer.kind) {
      case 'written':
        return this.#written(answer.revision, done)
      case 'found':
        return this.#found(answer.entry)
      case 'refused':
        return this.#state.kind === 'following' ? undefined : this.#follow()
      case 'unknown':
        this.#isUnsure = true
    }
  }

  #wanted(nowMs: number): KeyRequest | undefined {
    const { incarnation, ttlMs, drift } = this.#config
    const state = this.#state
    switch (state.kind) {
      case 'following': {
        const isQuiet = nowMs - state.quietSinceMs >= ttlMs * (1 + drift)
        return isQuiet ? { kind: 'create', entry: { incarnation, epoch: this.#highestEpoch } } : undefined
      }
      case 'elected': {
        const epoch = 1 + Math.max(state.revision, this.#highestEpoch)
        return { kind: 'update', ifRevision: state.revision, entry: { incarnation, epoch } }
      }
      case 'leading':
        return { kind: 'update', ifRevision: state.revision, entry: { incarnation, epoch: state.epoch } }
    }
  }

  #written(revision: number, { request, sentMs }: UnderWay): void {
    this.#highestRevision = Math.max(this.#highestRevision, revision)
    if (request.kind === 'read') return
    if (request.kind === 'create' || request.entry.epoch < this.#highestEpoch) {
      this.#state = { kind: 'elected', revision }
      this.#nextMs = 0
      return
    }
    const { epoch } = request.entry
    this.#highestEpoch = epoch
    const deadlineMs = sentMs + this.#config.ttlMs * (1 - this.#config.drift)
    this.#state = { kind: 'leading', revision, epoch, deadlineMs }
    this.#nextMs = sentMs + this.#config.renewMs
  }

  /** After a write of unknown fate: the key is adopted only if it names this very incarnation. */
  #found(entry: KeyEntry | undefined): void {
    this.#isUnsure = false
    if (!entry) return
    if (entry.incarnation !== this.#config.incarnation) return this.sawKey(entry)
    this.#state =
      this.#state.kind === 'leading'
        ? { ...this.#state, revision: entry.revision }
        : { kind: 'elected', revision: entry.revision }
    this.#nextMs = 0
  }

  #follow(): void {
    this.#state = { kind: 'following', quietSinceMs: this.#clock.nowMs() }
  }
}
