import type { Random } from '@spillway/clock'
import type { BudgetWorld } from './budget-world.ts'
import type { RegionMachine } from './machine.ts'

/** How often processes are replaced in good order: the mean time between two in milliseconds of virtual time. */
export interface ReplacementConfig {
  readonly regions: number
  readonly sidecars: number
  readonly everyMs: number
}

/**
 * Replaces aggregators, and sidecars now and then, in good order and in quick succession, while their successors do not hear
 * everybody. Call `step` once for each step of the world.
 */
export class RandomReplacements {
  readonly #world: BudgetWorld
  readonly #config: ReplacementConfig
  readonly #random: Random
  readonly log: string[] = []
  #nextMs = 20_000

  constructor(world: BudgetWorld, config: ReplacementConfig, random: Random) {
    this.#world = world
    this.#config = config
    this.#random = random
  }

  /** Perhaps replaces somebody. */
  step(): void {
    const { nowMs } = this.#world
    if (nowMs < this.#nextMs) return
    this.#nextMs = nowMs - this.#config.everyMs * Math.log(1 - this.#random.next())
    const region = this.#below(this.#config.regions)
    if (this.#random.next() < 0.3) this.#end(region)
    const leader = this.#world.aggregator(region)
    if (leader) this.#replace(leader)
  }

  #end(region: number): void {
    const sidecar = this.#world.sidecars[region * this.#config.sidecars + this.#below(this.#config.sidecars)]
    if (!sidecar) return
    this.#world.end(sidecar)
    this.#world.truth.schedule(800 * this.#random.next(), () => this.#world.restart(sidecar))
    this.log.push(`${this.#world.nowMs} ms: ${sidecar.name} ends`)
  }

  #replace(leader: RegionMachine): void {
    const { process, region, name } = leader
    process.retire()
    for (const other of this.#world.processes) {
      if (other.region === region && other !== leader && this.#random.next() < 0.5) this.#deafen(other)
    }
    this.#world.truth.schedule(1_500 + 3_000 * this.#random.next(), () => {
      if (leader.process === process) this.#world.restart(leader)
    })
    this.log.push(`${this.#world.nowMs} ms: ${name}, the aggregator, is replaced`)
  }

  /** For a while it does not hear one of its sidecars, or is not heard there, or both. */
  #deafen({ name, region }: RegionMachine): void {
    const sidecar = `r${region}.s${this.#below(this.#config.sidecars)}`
    const { network, truth } = this.#world
    if (this.#random.next() < 0.7) network.cut(name, sidecar)
    if (this.#random.next() < 0.7) network.cut(sidecar, name)
    truth.schedule(6_000 * this.#random.next(), () => {
      network.heal(name, sidecar)
      network.heal(sidecar, name)
    })
  }

  #below(count: number): number {
    return Math.floor(this.#random.next() * count)
  }
}
