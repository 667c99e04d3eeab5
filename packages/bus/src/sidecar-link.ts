import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import type { Acceptance, LeaseReport, LeasedBudget } from '@spillway/budget'
import type { Clock, Timer } from '@spillway/clock'
import { AdviceDesk, type Advice } from './advice.ts'
import { decodeGrants, encodeReports } from './lease-codec.ts'
import { subject } from './subject.ts'

/** Who holds the leases. */
export interface SidecarLinkConfig {
  readonly region: string
  readonly shard: string
  readonly sidecar: string
  readonly incarnation: string
  /** How often the budgets are asked for reports. */
  readonly pollMs: number
}

/** Notable things about the leases of this sidecar. */
export interface SidecarLinkListener {
  /** A grant was refused. */
  refused(budget: string, reason: Exclude<Acceptance, 'applied'>): void
  /** Every advisory that this sidecar also publishes. */
  advised?(advice: Advice): void
}

/**
 * Carries one sidecar's reports and grants. Decisions never wait for it: without a connection the budgets run on what they
 * hold, and after every reconnect they report in full, since what was published in between is lost.
 */
export class SidecarLink {
  readonly #config: SidecarLinkConfig
  readonly #budgets: ReadonlyMap<string, LeasedBudget>
  readonly #clock: Clock
  readonly #listener: SidecarLinkListener
  readonly #desk: AdviceDesk
  #connection: NatsConnection | undefined
  #subscription: Subscription | undefined
  #timer: Timer | undefined
  #isHurried = false

  constructor(
    config: SidecarLinkConfig,
    budgets: ReadonlyMap<string, LeasedBudget>,
    listener: SidecarLinkListener,
    clock: Clock,
  ) {
    this.#config = config
    this.#budgets = budgets
    this.#listener = listener
    this.#clock = clock
    this.#desk = new AdviceDesk(config.region, config.sidecar, clock, (advice) => this.#tell(advice))
  }

  /** Begins on an open connection, and reports in full whenever it comes back after an outage. */
  start(connection: NatsConnection): void {
    const { region, shard, sidecar } = this.#config
    this.#connection = connection
    this.#subscription = connection.subscribe(subject.grant(region, shard, sidecar), {
      callback: (error, message) => {
        if (!error) this.#accept(message.data)
      },
    })
    void this.#watch(connection)
    for (const budget of this.#budgets.values()) budget.onAsked = () => this.#hurry()
    this.#poll()
  }

  /**
   * Ends the budgets, which admit nothing from now on, and gives back what they hold. Stops carrying; the connection stays open, and is
   * to be flushed.
   */
  end(): void {
    const last = Array.from(this.#budgets.values(), (budget) => budget.end())
    this.#publish(last)
    this.stop()
  }

  /** Stops carrying; the connection stays open. */
  stop(): void {
    this.#timer?.cancel()
    this.#subscription?.unsubscribe()
    this.#connection = undefined
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (this.#connection !== connection) return
      if (status.type === 'reconnect') for (const budget of this.#budgets.values()) budget.reconnected()
    }
  }

  #accept(bytes: Uint8Array): void {
    const grants = decodeGrants(bytes, this.#config.sidecar)
    if (!grants) return this.#desk.raise({ kind: 'unreadable', about: 'grantor' })
    for (const grant of grants) {
      const acceptance = this.#budgets.get(grant.budget)?.accept(grant) ?? 'foreign'
      if (acceptance === 'applied') continue
      this.#listener.refused(grant.budget, acceptance)
      this.#desk.raise({ kind: acceptance, about: grant.grantor, budget: grant.budget })
    }
  }

  #tell(advice: Advice): void {
    this.#listener.advised?.(advice)
    const { region, sidecar } = this.#config
    if (!this.#connection || this.#connection.isClosed()) return
    this.#connection.publish(subject.advice(region, sidecar, advice.kind), JSON.stringify(advice))
  }

  /** All that is asked for in one turn goes in one report. */
  #hurry(): void {
    if (this.#isHurried) return
    this.#isHurried = true
    this.#timer?.cancel()
    this.#timer = this.#clock.schedule(0, () => this.#poll())
  }

  #poll(): void {
    this.#isHurried = false
    this.#timer = this.#clock.schedule(this.#config.pollMs, () => this.#poll())
    if (!this.#connection || this.#connection.isClosed()) return
    this.#publish([...this.#budgets.values()].flatMap((budget) => budget.poll() ?? []))
  }

  #publish(reports: readonly LeaseReport[]): void {
    const { region, shard, sidecar, incarnation } = this.#config
    if (reports.length === 0 || !this.#connection || this.#connection.isClosed()) return
    this.#connection.publish(subject.report(region, shard, sidecar), encodeReports(incarnation, reports))
  }
}
