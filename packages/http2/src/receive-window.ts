/**
 * Credit that we give a peer: how much it may still send, and how much of what it sent we owe back. Given back in
 * lumps of half a window, so that a WINDOW_UPDATE is rare and the peer never stands still for lack of one.
 */
export class ReceiveWindow {
  #availableBytes: number
  #owedBytes = 0
  #sizeBytes: number

  constructor(sizeBytes: number) {
    this.#availableBytes = sizeBytes
    this.#sizeBytes = sizeBytes
  }

  /** The peer sent so many octets. False when it was not allowed to. */
  take(bytes: number): boolean {
    this.#availableBytes -= bytes
    return this.#availableBytes >= 0
  }

  /** So many of them are done with. Returns what to announce in a WINDOW_UPDATE now: 0 for nothing yet. */
  giveBack(bytes: number): number {
    this.#owedBytes += bytes
    if (2 * this.#owedBytes < this.#sizeBytes) return 0
    const announced = this.#owedBytes
    this.#owedBytes = 0
    this.#availableBytes += announced
    return announced
  }

  /** The peer has taken note of another size (SETTINGS_INITIAL_WINDOW_SIZE, acknowledged). */
  resize(sizeBytes: number): void {
    this.#availableBytes += sizeBytes - this.#sizeBytes
    this.#sizeBytes = sizeBytes
  }
}
