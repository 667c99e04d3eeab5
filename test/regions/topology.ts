import { natsAccounts, subject, type BusUser } from '@spillway/bus'
import { NatsServer, freePorts } from '@spillway/testkit'
import { TcpRelay } from './tcp-relay.ts'

/** The regions of the tour. The first is the hub of leaf nodes. */
export const REGIONS = ['eu', 'us', 'ap'] as const

/** One of the regions. */
export type Region = (typeof REGIONS)[number]

/** How the regions' servers are joined. */
export type Joint = 'gateways' | 'leaf nodes'

/** One-way delays between regions, in milliseconds. */
const DELAY_MS: Readonly<Record<string, number>> = {
  'eu us': 40,
  'us eu': 40,
  'eu ap': 80,
  'ap eu': 80,
  'us ap': 120,
  'ap us': 120,
}

/** The shard of everybody in the tour. */
export const SHARD = 's0'
const PASSWORD = 'tour'

/** Whoever is heard of as `advertised` cannot be reached around the relays: nobody listens there. */
const NOWHERE = '127.0.0.1:1'

interface Link {
  readonly from: Region
  readonly to: Region
  readonly relay: TcpRelay
}

/**
 * One nats-server for each region, joined only through delaying relays of ours. Joined by gateways each has a second server
 * beside it that keeps the region's keys as a leaf: JetStream cannot run alone on a server that has gateways.
 */
export class Topology {
  readonly servers: ReadonlyMap<Region, NatsServer>
  readonly #stores: readonly NatsServer[]
  readonly #links: readonly Link[]

  private constructor(servers: ReadonlyMap<Region, NatsServer>, stores: readonly NatsServer[], links: readonly Link[]) {
    this.servers = servers
    this.#stores = stores
    this.#links = links
  }

  /** Starts all servers and relays. */
  static async start(joint: Joint): Promise<Topology> {
    return joint === 'gateways' ? await this.#byGateways() : await this.#byLeafNodes()
  }

  /** Where the clients of that region connect to. */
  url(region: Region): string {
    return this.#server(region).url
  }

  /** Cuts a region off from all others. */
  isolate(region: Region): void {
    for (const { relay } of this.#touching(region)) relay.cut()
  }

  /** Ends {@link isolate}. */
  rejoin(region: Region): void {
    for (const { relay } of this.#touching(region)) relay.heal()
  }

  /** Kills a region's server as `kill -9` does. */
  async kill(region: Region): Promise<void> {
    await this.#server(region).kill()
  }

  /** Starts a killed server again. */
  async restart(region: Region): Promise<void> {
    await this.#server(region).restart()
  }

  /** Ends everything and removes what was stored. */
  async close(): Promise<void> {
    for (const { relay } of this.#links) relay.close()
    await Promise.all([...this.servers.values(), ...this.#stores].map((server) => server.close()))
  }

  #touching(region: Region): readonly Link[] {
    return this.#links.filter(({ from, to }) => from === region || to === region)
  }

  #server(region: Region): NatsServer {
    const server = this.servers.get(region)
    if (!server) throw new Error(`no server in ${region}`)
    return server
  }

  static async #byGateways(): Promise<Topology> {
    const ports = await freePorts(REGIONS.length * 2)
    const gatewayPort = (region: Region): number => ports[REGIONS.indexOf(region)] ?? 0
    const leafPort = (region: Region): number => ports[REGIONS.length + REGIONS.indexOf(region)] ?? 0
    const links = await linksBetween(pairs(), gatewayPort)
    const servers = new Map<Region, NatsServer>()
    const stores: NatsServer[] = []
    for (const region of REGIONS) {
      const others = links
        .filter(({ from }) => from === region)
        .map(({ to, relay }) => `{ name: ${to}, url: "nats://127.0.0.1:${relay.port}" }`)
      const gateway = `gateway { name: ${region}, listen: "127.0.0.1:${gatewayPort(region)}", advertise: "${NOWHERE}"
        reject_unknown_cluster: true, gateways: [ ${others.join(', ')} ] }`
      const leaves = `leafnodes { listen: "127.0.0.1:${leafPort(region)}" }`
      const config = [natsAccounts(users(), false), gateway, leaves].join('\n')
      servers.set(region, await NatsServer.start({ name: region, jetStream: false, config }))
      const store = [natsAccounts(users(), true), remote(leafPort(region))].join('\n')
      stores.push(await NatsServer.start({ name: `${region}-store`, jetStream: { domain: region }, config: store }))
    }
    return new Topology(servers, stores, links)
  }

  static async #byLeafNodes(): Promise<Topology> {
    const [hub, ...leaves] = REGIONS
    const [port = 0] = await freePorts(1)
    const links = await linksBetween(
      leaves.map((leaf) => [leaf, hub] as const),
      () => port,
    )
    const servers = new Map<Region, NatsServer>()
    for (const region of REGIONS) {
      const link = links.find(({ from }) => from === region)
      const joint = link ? remote(link.relay.port) : `leafnodes { listen: "127.0.0.1:${port}" }`
      const config = [natsAccounts(users(), true), joint].join('\n')
      servers.set(region, await NatsServer.start({ name: region, jetStream: { domain: region }, config }))
    }
    return new Topology(servers, [], links)
  }
}

/** Names of the processes of a region. */
export const processesOf = {
  region: (region: Region): string[] => [1, 2].map((number) => `${region}-${number}`),
  sidecar: (region: Region): string[] => ['a', 'b', 'c'].map((letter) => `${region}-${letter}`),
}

/** How that process connects. */
export function credentialsOf(name: string): { readonly user: string; readonly password: string } {
  return { user: name, password: PASSWORD }
}

function users(): BusUser[] {
  const as = (user: string): BusUser['credential'] => ({ kind: 'password', ...credentialsOf(user) })
  const own = REGIONS.flatMap((region) => [
    ...processesOf
      .region(region)
      .map((id) => ({ role: 'region', region, shard: SHARD, id, credential: as(id) }) as const),
    ...processesOf
      .sidecar(region)
      .map((id) => ({ role: 'sidecar', region, shard: SHARD, id, credential: as(id) }) as const),
  ])
  return [...own, { role: 'operator', credential: as('operator') }, { role: 'leaf', credential: as('leaf') }]
}

function remote(port: number): string {
  const url = `nats-leaf://leaf:${PASSWORD}@127.0.0.1:${port}`
  return `leafnodes { reconnect: 1, remotes: [ { url: "${url}", account: SPILLWAY } ] }`
}

function pairs(): (readonly [Region, Region])[] {
  return REGIONS.flatMap((from) => REGIONS.filter((to) => to !== from).map((to) => [from, to] as const))
}

async function linksBetween(
  ends: readonly (readonly [Region, Region])[],
  portOf: (region: Region) => number,
): Promise<Link[]> {
  return await Promise.all(
    ends.map(async ([from, to]) => {
      const relay = await TcpRelay.start(portOf(to), DELAY_MS[`${from} ${to}`] ?? 0)
      return { from, to, relay }
    }),
  )
}

/** Where the central counter of the comparison is asked. */
export const COUNTER_SUBJECT = 'comparison.counter'

/** Where an operator reads advisories. */
export const ALL_ADVICE = subject.advice('*', '*', '*')
