import { connect } from 'node:net'
import { parseAddress } from './address.ts'
import { Endpoint, type Dial } from './endpoint.ts'
import { createRelayResources, type RelayResources } from './resources.ts'
import { DEFAULT_UPSTREAM_CONFIG, type UpstreamConfig, type UpstreamSnapshot } from './upstream-config.ts'
import type { StreamSeeker, Upstream } from './upstream.ts'

interface Waiting {
  readonly seeker: StreamSeeker
  readonly avoided: string | undefined
}

/**
 * An upstream of one or more endpoints. A call goes to the endpoint with the fewest streams among those of the lowest
 * priority number that can be reached; it waits while one of them is being connected or has no stream free.
 */
export class UpstreamGroup implements Upstream {
  readonly name: string
  readonly #config: UpstreamConfig
  /** By priority, the first ones first. */
  readonly #levels: readonly (readonly Endpoint[])[]
  readonly #waiting: Waiting[] = []
  #isServing = false

  /** Throws a RangeError for an address that is none. */
  constructor(
    config: Partial<UpstreamConfig> & Pick<UpstreamConfig, 'name' | 'endpoints'>,
    resources: RelayResources = createRelayResources(),
    dial: Dial = dialPlain,
  ) {
    this.#config = { ...DEFAULT_UPSTREAM_CONFIG, ...config }
    this.name = config.name
    for (const endpoint of config.endpoints) parseAddress(endpoint.address)
    const endpoints = config.endpoints.map(
      (endpoint) => new Endpoint(endpoint, this.#config, dial, resources, this.#serve),
    )
    const byPriority = Map.groupBy(endpoints, (endpoint) => endpoint.priority)
    this.#levels = [...byPriority.entries()].sort(([a], [b]) => a - b).map(([, level]) => level)
    if (this.#config.isEager) for (const endpoint of endpoints) endpoint.connect()
  }

  seek(seeker: StreamSeeker, avoided: string | undefined): void {
    const choice = this.#choose(avoided)
    if (choice !== 'wait') tell(seeker, choice)
    else if (this.#waiting.length >= this.#config.maxWaiting) seeker.unreachable()
    else this.#waiting.push({ seeker, avoided })
  }

  leave(seeker: StreamSeeker): void {
    const index = this.#waiting.findIndex((waiting) => waiting.seeker === seeker)
    if (index >= 0) this.#waiting.splice(index, 1)
  }

  /** Cuts all connections; whoever waits, or comes later, finds it unreachable. */
  close(): void {
    for (const level of this.#levels) for (const endpoint of level) endpoint.close()
    this.#serve()
  }

  snapshot(): UpstreamSnapshot {
    const endpoints = this.#levels.flatMap((level) => level.map((endpoint) => endpoint.snapshot()))
    return { name: this.name, waiting: this.#waiting.length, endpoints }
  }

  /** Where a call goes now. Connects whatever could take it and is not connected. */
  #choose(avoided: string | undefined): Endpoint | 'wait' | 'unreachable' {
    for (const level of this.#levels) {
      for (const endpoint of level) endpoint.connect()
      const free = leastLoaded(level, avoided)
      if (free !== undefined) return free
      if (level.some((endpoint) => endpoint.condition === 'soon')) return 'wait'
    }
    return 'unreachable'
  }

  /** Something has changed: those who wait try again, in order, until one has to go on waiting. */
  readonly #serve = (): void => {
    if (this.#isServing) return
    this.#isServing = true
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const choice = this.#choose(first.avoided)
      if (choice === 'wait') break
      this.#waiting.shift()
      tell(first.seeker, choice)
    }
    this.#isServing = false
  }
}

function tell(seeker: StreamSeeker, choice: Endpoint | 'unreachable'): void {
  if (choice === 'unreachable') seeker.unreachable()
  else choice.open(seeker)
}

/** The free endpoint with the fewest streams; the avoided one only if there is no other. */
function leastLoaded(level: readonly Endpoint[], avoided: string | undefined): Endpoint | undefined {
  let best: Endpoint | undefined
  let bestLoad = Number.POSITIVE_INFINITY
  for (const endpoint of level) {
    if (endpoint.condition !== 'free') continue
    const load = endpoint.address === avoided ? Number.MAX_SAFE_INTEGER : endpoint.load
    if (load >= bestLoad) continue
    best = endpoint
    bestLoad = load
  }
  return best
}

/** A plain TCP or unix socket. */
const dialPlain: Dial = (address) => connect(parseAddress(address))
