import { LeasedBudget, defaultLeasedBudgetConfig, defaultRegionNodeConfig, type BudgetTerms } from '@spillway/budget'
import {
  RegionLink,
  SidecarLink,
  connectBus,
  natsAccounts,
  type Advice,
  type BusUser,
  type Credential,
} from '@spillway/bus'
import { systemClock } from '@spillway/clock'
import type { NatsConnection } from '@nats-io/transport-node'

/** The budget that the fleets of these tests share: 1,000 per second, floors of 10 %. */
export const TERMS: BudgetTerms = {
  budget: 'api',
  share: { rate: 1_000, burst: 500 },
  regions: new Map(['eu', 'us'].map((region) => [region, { floor: { rate: 100, burst: 50 }, weight: 1 }] as const)),
}

/** A sidecar's end of the shared budget. */
export interface FleetSidecar {
  readonly budget: LeasedBudget
  readonly link: SidecarLink
  readonly connection: NatsConnection
}

/** Two regions with two processes and two sidecars each, on one server, each under its own permissions. */
export class Fleet {
  readonly advice: Advice[] = []
  readonly regions = new Map<string, RegionLink>()
  readonly sidecars = new Map<string, FleetSidecar>()
  readonly #url: string
  readonly #connections: NatsConnection[] = []

  private constructor(url: string) {
    this.#url = url
  }

  /** Server configuration under which the fleet runs. */
  static accounts(): string {
    return natsAccounts(
      [
        ...regionUsers(),
        ...sidecarUsers(),
        { role: 'operator', credential: credentialOf('root') },
        { role: 'leaf', credential: credentialOf('leaf') },
      ],
      true,
    )
  }

  /** Connects everybody. */
  static async start(url: string): Promise<Fleet> {
    const fleet = new Fleet(url)
    for (const user of regionUsers()) await fleet.#startRegion(user.region, user.id)
    for (const user of sidecarUsers()) await fleet.#startSidecar(user.region, user.id)
    return fleet
  }

  /** A connection of its own, with the rights of that user. */
  async connectAs(user: string): Promise<NatsConnection> {
    const connection = await connectBus({ servers: [this.#url], name: user, user, password: 'secret' })
    this.#connections.push(connection)
    return connection
  }

  /** The sidecar of that name. */
  sidecar(id: string): FleetSidecar {
    const found = this.sidecars.get(id)
    if (!found) throw new Error(`no sidecar ${id}`)
    return found
  }

  /** Everything in force now, in units per second. */
  get inForce(): number {
    return [...this.sidecars.values()].reduce((sum, { budget }) => sum + budget.force.rate, 0)
  }

  /** Asks for `rate` per second at that sidecar for `durationMs`; resolves with the units it took. */
  async load(id: string, rate: number, durationMs: number, tier = 0): Promise<number> {
    const { budget } = this.sidecar(id)
    const startMs = performance.now()
    let asked = 0
    let taken = 0
    while (performance.now() - startMs < durationMs) {
      for (const due = ((performance.now() - startMs) * rate) / 1_000; asked < due; asked++) {
        if (budget.take(1, tier)) taken++
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return taken
  }

  /** Ends all links and connections. */
  async stop(): Promise<void> {
    for (const { link } of this.sidecars.values()) link.stop()
    for (const link of this.regions.values()) link.stop()
    await Promise.all(this.#connections.map((connection) => connection.close()))
  }

  async #startRegion(region: string, id: string): Promise<void> {
    const config = {
      ...defaultRegionNodeConfig,
      region,
      incarnation: `${id}-i`,
      process: id,
      shard: 's0',
      terms: new Map([['api', TERMS]]),
    }
    const link = new RegionLink(config, await this.connectAs(id), systemClock, (advice) => this.advice.push(advice))
    link.start()
    this.regions.set(id, link)
  }

  async #startSidecar(region: string, sidecar: string): Promise<void> {
    const holder = {
      budget: 'api',
      holder: sidecar,
      incarnation: `${sidecar}-i`,
      drift: 0.02,
      floor: { rate: 0, burst: 0 },
    }
    const budget = new LeasedBudget({ ...defaultLeasedBudgetConfig, ...holder }, systemClock)
    const listener = { refused: () => undefined, advised: (advice: Advice) => this.advice.push(advice) }
    const config = { region, shard: 's0', sidecar, incarnation: holder.incarnation, pollMs: 20 }
    const link = new SidecarLink(config, new Map([['api', budget]]), listener, systemClock)
    const connection = await this.connectAs(sidecar)
    link.start(connection)
    this.sidecars.set(sidecar, { budget, link, connection })
  }
}

function regionUsers(): Extract<BusUser, { role: 'region' }>[] {
  return ['eu-1', 'eu-2', 'us-1', 'us-2'].map((id) => ({
    role: 'region',
    region: id.slice(0, 2),
    shard: 's0',
    id,
    credential: credentialOf(id),
  }))
}

function sidecarUsers(): Extract<BusUser, { role: 'sidecar' }>[] {
  return ['eu-a', 'eu-b', 'us-a', 'us-b'].map((id) => ({
    role: 'sidecar',
    region: id.slice(0, 2),
    shard: 's0',
    id,
    credential: credentialOf(id),
  }))
}

function credentialOf(user: string): Credential {
  return { kind: 'password', user, password: 'secret' }
}
