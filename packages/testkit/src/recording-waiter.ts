import type { Refusal, Waiter } from '@spillway/call'

/** What a waiter was told: `proceed`, or the refusal. */
export type Decision = 'proceed' | Refusal

/** A waiter that remembers what it was told, in order. */
export class RecordingWaiter implements Waiter {
  readonly #decisions: Decision[] = []

  decided(refusal: Refusal | undefined): void {
    this.#decisions.push(refusal ?? 'proceed')
  }

  /** Everything it was told; a correct gate tells it one thing at most. */
  get decisions(): readonly Decision[] {
    return this.#decisions
  }

  /** The first thing it was told: `proceed`, the kind of the refusal, or `nothing`. */
  get decision(): 'proceed' | 'nothing' | Refusal['kind'] {
    const first = this.#decisions[0]
    if (first === undefined) return 'nothing'
    return first === 'proceed' ? first : first.kind
  }
}
