import type { UpstreamGroup } from '@spillway/relay'

/** An upstream and how many calls count on it: one that a reload has replaced is closed behind the last of them. */
export class UsedUpstream {
  readonly group: UpstreamGroup
  #calls = 0
  #isRetired = false

  constructor(group: UpstreamGroup) {
    this.group = group
  }

  get name(): string {
    return this.group.name
  }

  /** A call may want a stream of it; `leave` is owed. */
  enter(): void {
    this.#calls++
  }

  /** The call is over. */
  leave(): void {
    this.#calls--
    this.#closeWhenUnused()
  }

  /** Nothing that comes from now on enters. */
  retire(): void {
    this.#isRetired = true
    this.#closeWhenUnused()
  }

  #closeWhenUnused(): void {
    if (this.#isRetired && this.#calls === 0) this.group.close()
  }
}
