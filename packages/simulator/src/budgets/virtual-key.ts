import type { KeyAnswer, KeyEntry, KeyRequest } from '@spillway/budget'
import type { Clock } from '@spillway/clock'

/**
 * One key of a key-value store with compare-and-set and a time to live, as NATS has it, failures included: its clock may
 * jump, it may forget acknowledged writes, it may lose the key.
 */
export class VirtualKey {
  readonly #clock: Clock
  readonly #ttlMs: number
  #revision = 0
  #stored: { readonly entry: KeyEntry; readonly wallMs: number; readonly revision: number } | undefined
  #backup: { revision: number; stored: VirtualKey['current'] } | undefined

  constructor(ttlMs: number, clock: Clock) {
    this.#ttlMs = ttlMs
    this.#clock = clock
  }

  /** What the key holds now. */
  get current(): { readonly entry: KeyEntry; readonly wallMs: number; readonly revision: number } | undefined {
    if (this.#stored && this.#clock.wallMs() - this.#stored.wallMs >= this.#ttlMs) this.#stored = undefined
    return this.#stored
  }

  /** Carries a request out. */
  handle(request: KeyRequest): KeyAnswer {
    const current = this.current
    if (request.kind === 'read') {
      return { kind: 'found', revision: current?.revision ?? 0, entry: current?.entry }
    }
    const expected = request.kind === 'create' ? undefined : request.ifRevision
    if (current?.revision !== expected) return { kind: 'refused', revision: current?.revision ?? 0 }
    this.#stored = { entry: request.entry, wallMs: this.#clock.wallMs(), revision: ++this.#revision }
    return { kind: 'written', revision: this.#revision }
  }

  /** Remembers the present state for a later {@link rollBack}. */
  snapshot(): void {
    this.#backup = { revision: this.#revision, stored: this.#stored }
  }

  /** Acknowledged writes since the snapshot are gone; their revisions will be used again. */
  rollBack(): void {
    if (!this.#backup) return
    this.#revision = this.#backup.revision
    this.#stored = this.#backup.stored
  }

  /** The store was lost and begins anew. */
  vanish(): void {
    this.#revision = 0
    this.#stored = undefined
  }
}
