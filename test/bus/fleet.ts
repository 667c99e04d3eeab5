import { expect } from 'vitest'
import { LeasedBudget, defaultLeasedBudgetConfig, defaultRegionNodeConfig, type BudgetTerms } from '@spillway/budget'
import {
  RegionLink,
  SidecarLink,
  VoterLink,
  connectBus,
  natsAccounts,
  type Advice,
  type BusUser,
  type Credential,
} from '@spillway/bus'
import { systemClock, systemRandom } from '@spillway/clock'
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

/** How the aggregators of a fleet are elected: by a key, or by both processes of the region and one of its sidecars. */
export type Electorate = 'key' | 'voters'

/** Two regions with two processes and two sidecars each, on one server, each under its own permissions. */
export class Fleet {
  readonly advice: Advice[] = []
  readonly regions = new Map<string, RegionLink>()
  readonly sidecars = new Map<string, FleetSidecar>()
  readonly #url: string
  readonly #electorate: Electorate
  readonly #voters: VoterLink[] = []
  readonly #connections: NatsConnection[] = []

  private constructor(url: string, electorate: Electorate) {
    this.#url = url
    this.#electorate = electorate
  }

  /** Server configuration under which the fleet runs. Where all vote, no store is needed. */
  static accounts(electorate: Electorate = 'key'): string {
    return natsAccounts(
      [
        ...regionUsers(),
        ...sidecarUsers(),
        { role: 'operator', credential: credentialOf('root') },
        { role: 'leaf', credential: credentialOf('leaf') },
      ],
      electorate === 'key',
    )
  }

  /** Connects everybody. */
  static async start(url: string, electorate: Electorate = 'key'): Promise<Fleet> {
    const fleet = new Fleet(url, electorate)
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

  /** The process that shares the budget out now. */
  get allocator(): RegionLink | undefined {
    return [...this.regions.values()].find(({ node }) => node.isAllocator)
  }

  /** Asks for `rate` per second at that sidecar for `durationMs`; resolves with the units it took, each told to `onTaken`. */
  async load(
    id: string,
    rate: number,
    durationMs: number,
    onTaken: (nowMs: number) => void = () => undefined,
  ): Promise<number> {
    const { budget } = this.sidecar(id)
    const startMs = performance.now()
    let asked = 0
    let taken = 0
    while (performance.now() - startMs < durationMs) {
      for (const due = ((performance.now() - startMs) * rate) / 1_000; asked < due; asked++) {
        if (!budget.take(1, 0)) continue
        taken++
        onTaken(performance.now())
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return taken
  }

  /** Ends all links and connections. */
  async stop(): Promise<void> {
    for (const { link } of this.sidecars.values()) link.stop()
    for (const link of [...this.regions.values(), ...this.#voters]) link.stop()
    await Promise.all(this.#connections.map((connection) => connection.close()))
  }

  async #startRegion(region: string, id: string): Promise<void> {
    const config = {
      ...defaultRegionNodeConfig,
      region,
      incarnation: `${id}-i`,
      process: id,
      shard: 's0',
      voters: this.#electorate === 'voters' ? votersOf(region) : [],
      terms: new Map([['api', TERMS]]),
    }
    const note = (advice: Advice): void => void this.advice.push(advice)
    const connection = await this.connectAs(id)
    const link = new RegionLink(config, connection, systemClock, systemRandom, note)
    link.start()
    this.#letVote(region, id, connection)
    this.regions.set(id, link)
  }

  async #startSidecar(region: string, sidecar: string): Promise<void> {
    const holder = {
      budget: 'api',
      holder: sidecar,
      incarnation: `${sidecar}-i`,
      drift: 0.02,
    }
    const budget = new LeasedBudget({ ...defaultLeasedBudgetConfig, ...holder }, systemClock)
    const listener = { refused: () => undefined, advised: (advice: Advice) => this.advice.push(advice) }
    const config = { region, shard: 's0', sidecar, incarnation: holder.incarnation, pollMs: 20 }
    const link = new SidecarLink(config, new Map([['api', budget]]), listener, systemClock)
    const connection = await this.connectAs(sidecar)
    link.start(connection)
    this.sidecars.set(sidecar, { budget, link, connection })
    this.#letVote(region, sidecar, connection)
  }

  #letVote(region: string, voter: string, connection: NatsConnection): void {
    if (this.#electorate === 'key' || !votersOf(region).includes(voter)) return
    const link = new VoterLink({ region, shard: 's0', voter, drift: 0.02 }, connection, systemClock)
    link.start()
    this.#voters.push(link)
  }
}

/** Calls per second that ask for more than the budget. */
const ASKED = 1_500

/** The load goes on for so long, and longer for want of moments to judge by. In milliseconds. */
const LOAD_MS = 6_000
const MORE_MS = 20_000
const LOOKS = 100
/** A look that is so late was held up by a busy machine, and so were the calls; what share that costs is back so long after. */
const LATE_MS = 50
const RECOVERY_MS = 1_000

/**
 * A region's aggregator is told to go, under load: another one is in office within a second, and as long as calls come no sidecar
 * has less meanwhile. (A share that nobody asks for is given up, as where a busy machine holds the load up.)
 */
export async function followedAtOnce(fleet: Fleet, region: string): Promise<void> {
  const leaders = (): string[] =>
    [...fleet.regions].filter(([id, { node }]) => id.startsWith(region) && node.regionElection.office).map(([id]) => id)
  const { budget } = fleet.sidecar(`${region}-a`)
  let looks = 0
  const load = async (): Promise<void> => {
    const endMs = performance.now() + LOAD_MS + MORE_MS
    for (let forMs = LOAD_MS; forMs > 0; forMs = looks > LOOKS || performance.now() > endMs ? 0 : RECOVERY_MS) {
      await fleet.load(`${region}-a`, ASKED, forMs)
    }
  }
  const loaded = load()
  await expect.poll(() => budget.force.rate, { timeout: 5_000 }).toBeGreaterThan(0.4 * TERMS.share.rate)
  const [before = ''] = leaders()
  const { epoch } = budget
  const held = budget.force.rate
  let least = held
  let lookedMs = performance.now()
  let heldUpMs = Number.NEGATIVE_INFINITY
  const watch = setInterval(() => {
    const nowMs = performance.now()
    const asked = budget.wants.reduce((sum, wanted) => sum + wanted, 0)
    if (nowMs - lookedMs > LATE_MS || asked < 0.8 * ASKED) heldUpMs = nowMs
    lookedMs = nowMs
    if (nowMs - heldUpMs < RECOVERY_MS) return
    looks++
    least = Math.min(least, budget.force.rate)
  }, 5)

  fleet.regions.get(before)?.node.retire()

  await expect.poll(leaders, { timeout: 1_000, interval: 20 }).not.toEqual([before])
  await expect.poll(() => budget.epoch, { timeout: 4_000 }).toBeGreaterThan(epoch)
  await loaded
  clearInterval(watch)
  expect(leaders()).toHaveLength(1)
  expect(budget.isCutOff).toBe(false)
  expect(looks).toBeGreaterThan(LOOKS)
  expect(least).toBeGreaterThan(0.8 * held)
}

function votersOf(region: string): string[] {
  return [`${region}-1`, `${region}-2`, `${region}-a`]
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
    isVoter: votersOf(id.slice(0, 2)).includes(id),
  }))
}

function credentialOf(user: string): Credential {
  return { kind: 'password', user, password: 'secret' }
}
