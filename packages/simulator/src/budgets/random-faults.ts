import type { Random } from '@spillway/clock'
import type { BudgetWorld } from './budget-world.ts'
import type { Machine, RegionMachine, SidecarMachine } from './machine.ts'

/** How often faults happen: the mean time between two of them, in milliseconds of virtual time. */
export interface FaultConfig {
  readonly everyMs: number
  /** Longest pause, partition or suspension. */
  readonly longestMs: number
}

/**
 * Breaks a world at random, reproducibly: pauses, suspensions, crashes, partitions of one or both directions, wall-clock
 * jumps, a key store that forgets, rolls back or has its clock set. Call `step` once for each step of the world.
 */
export class RandomFaults {
  readonly #world: BudgetWorld
  readonly #regions: number
  readonly #config: FaultConfig
  readonly #random: Random
  readonly log: string[] = []
  #nextMs = 0

  constructor(world: BudgetWorld, regions: number, config: FaultConfig, random: Random) {
    this.#world = world
    this.#regions = regions
    this.#config = config
    this.#random = random
  }

  /** Perhaps breaks something. */
  step(): void {
    const nowMs = this.#world.truth.nowMs()
    if (nowMs < this.#nextMs) return
    this.#nextMs = nowMs - this.#config.everyMs * Math.log(1 - this.#random.next())
    const faults = [
      () => this.#pause(this.#anyMachine()),
      () => this.#suspend(this.#anyMachine()),
      () => this.#restart(this.#anyMachine()),
      () => this.#partition(),
      () => this.#jumpWall(this.#anyMachine()),
      () => this.#breakKey(),
      () => this.#retire(),
      () => this.#end(this.#pick(this.#world.sidecars)),
      () => this.#replace(Math.floor(this.#random.next() * this.#regions)),
    ]
    this.log.push(`${nowMs} ms: ${this.#pick(faults)()}`)
  }

  #pause(machine: Machine): string {
    const forMs = this.#duration()
    machine.pausedUntilMs = this.#world.truth.nowMs() + forMs
    return `${machine.name} pauses for ${forMs} ms`
  }

  #suspend(machine: Machine): string {
    const forMs = this.#duration()
    machine.pausedUntilMs = this.#world.truth.nowMs() + forMs
    this.#world.truth.schedule(forMs, () => machine.clock.slept(forMs))
    return `${machine.name} is suspended for ${forMs} ms`
  }

  #restart(machine: SidecarMachine | RegionMachine): string {
    this.#world.restart(machine)
    return `${machine.name} crashes and restarts`
  }

  #partition(): string {
    const from = `r${Math.floor(this.#random.next() * this.#regions)}`
    const isOneWay = this.#random.next() < 0.3
    const others = Array.from({ length: this.#regions }, (_, index) => `r${index}`).filter((name) => name !== from)
    const cut = others.filter(() => this.#random.next() < 0.7)
    const forMs = this.#duration()
    for (const other of cut) {
      this.#world.network.cut(from, other)
      if (!isOneWay) this.#world.network.cut(other, from)
    }
    this.#world.truth.schedule(forMs, () => {
      for (const other of cut) {
        this.#world.network.heal(from, other)
        this.#world.network.heal(other, from)
      }
    })
    return `${from} is cut ${isOneWay ? 'one way ' : ''}from ${cut.join(', ')} for ${forMs} ms`
  }

  #jumpWall(machine: Machine): string {
    const byMs = Math.round((this.#random.next() - 0.5) * 20_000)
    machine.clock.jumpWall(byMs)
    return `the wall clock of ${machine.name} jumps by ${byMs} ms`
  }

  #breakKey(): string {
    const { key, clock } = this.#pick(this.#world.regionKeys)
    const kind = this.#random.next()
    if (kind < 0.25) {
      key.vanish()
      return 'a key vanishes'
    }
    if (kind < 0.75) {
      key.snapshot()
      const afterMs = this.#duration()
      this.#world.truth.schedule(afterMs, () => key.rollBack())
      return `a key is rolled back after ${afterMs} ms`
    }
    clock.jumpWall(20_000 * this.#random.next())
    return 'the wall clock of a key store jumps ahead'
  }

  #retire(): string {
    this.#world.breakable.retireAllocator()
    return 'the allocator is told to go'
  }

  #end(machine: SidecarMachine): string {
    const forMs = this.#duration()
    this.#world.end(machine)
    this.#world.truth.schedule(forMs, () => this.#world.restart(machine))
    return `${machine.name} ends, and starts again after ${forMs} ms`
  }

  /** Told to go, it stays until somebody has taken over, or it is stopped. */
  #replace(region: number): string {
    const leader = this.#world.aggregator(region)
    if (!leader) return `r${region} has no aggregator to replace`
    leader.process.retire()
    const afterMs = this.#duration()
    this.#world.truth.schedule(afterMs, () => this.#world.restart(leader))
    return `${leader.name}, the aggregator, is told to go, and restarts after ${afterMs} ms`
  }

  #duration(): number {
    return Math.round(this.#config.longestMs * this.#random.next() ** 2)
  }

  #anyMachine(): SidecarMachine | RegionMachine {
    return this.#pick([...this.#world.sidecars, ...this.#world.processes])
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random.next() * items.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }
}
