import type { RegionNode, SharedBudget } from '@spillway/budget'
import type { Emit } from '@spillway/telemetry'

/**
 * Notices changes of offices and leases and tells of them once. Both end by the clock alone, so nobody could call: it looks
 * when asked.
 */
export class LeaseWatch {
  readonly #region: string
  readonly #emit: Emit
  readonly #epochs = { aggregator: 0, allocator: 0 }
  readonly #granted = new Set<string>()

  constructor(region: string, emit: Emit) {
    this.#region = region
    this.#emit = emit
  }

  /** Compares with what was seen before. To be asked every few hundred milliseconds. */
  look(budgets: Iterable<SharedBudget>, node: RegionNode | undefined): void {
    this.#lookAtOffice('aggregator', node?.regionElection.office?.epoch ?? 0)
    this.#lookAtOffice('allocator', node?.allocatorElection.office?.epoch ?? 0)
    for (const budget of budgets) this.#lookAtLease(budget)
  }

  #lookAtOffice(office: 'aggregator' | 'allocator', epoch: number): void {
    const before = this.#epochs[office]
    if (before === epoch) return
    this.#epochs[office] = epoch
    const about = { kind: 'office_changed', office, region: this.#region } as const
    if (before !== 0) this.#emit({ ...about, change: 'lost', epoch: before })
    if (epoch !== 0) this.#emit({ ...about, change: 'won', epoch })
  }

  #lookAtLease({ name: budget, lease }: SharedBudget): void {
    const { isCutOff, epoch } = lease
    if (isCutOff !== this.#granted.has(budget)) return
    if (isCutOff) this.#granted.delete(budget)
    else this.#granted.add(budget)
    const change = isCutOff ? 'cut_off' : 'granted'
    this.#emit({ kind: 'lease_changed', budget, change, ratePerSecond: lease.force.rate, epoch })
  }
}
