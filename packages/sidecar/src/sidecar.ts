import type { Problem } from '@spillway/call'
import { TurnClock, systemClock, systemRandom, type Clock, type Random } from '@spillway/clock'
import type { Contract } from '@spillway/contract'
import { inspectorSocketPath, startInspector, type Inspector } from '@spillway/inspect'
import { Listener } from '@spillway/relay'
import { Composition } from './composition.ts'
import type { SidecarConfig } from './config/schema.ts'
import { hostPort } from './host-port.ts'
import { inspectorSource } from './inspector-source.ts'
import { drain, type DrainReport } from './drain.ts'
import { inForce, restartNeeds } from './in-force.ts'
import { bindError } from './start-error.ts'
import { WebServer, type WebSource } from './web-server.ts'

/** What a sidecar is made of besides its configuration. */
export interface SidecarParts {
  /** Policies; the empty contract when there is none. */
  readonly contract: Contract
  /** Left out: the process's own. */
  readonly clock?: Clock
  readonly random?: Random
  /** Takes the lines of the decision log, JSON with a line feed; left out: they go nowhere. */
  readonly log?: (line: string) => void
}

/** Where a sidecar listens, as bound. */
export interface SidecarAddresses {
  /** For callers: `host:port`. */
  readonly inbound: string
  /** For the app. */
  readonly outbound: string
  /** Inspector, health, reflection. */
  readonly inspect: string
  /** Unix socket of the inspector's write role; undefined when there is none. */
  readonly inspectSocket: string | undefined
  /** Metrics and probes over HTTP. */
  readonly web: string
}

/** One sidecar. */
export interface Sidecar {
  /** Empty texts before {@link start}. */
  readonly addresses: SidecarAddresses
  /** The configuration in force. */
  readonly config: SidecarConfig
  /**
   * Binds outbound, inbound, inspector and web. Rejects with a `StartError` when one of them cannot be bound; nothing stays
   * bound then.
   */
  start(): Promise<void>
  /** Tells health checkers and probes whether calls are welcome. Starts as not. */
  setServing(isServing: boolean): void
  /**
   * Replaces policies, modes, upstreams, seats, queues and local budgets, all or nothing; calls under way keep theirs. Returns
   * what stays as it was until a restart.
   */
  reload(config: SidecarConfig, contract: Contract): readonly Problem[]
  /** Tells the decision log that a new configuration was not taken. */
  rejectReload(problems: readonly Problem[]): void
  /**
   * Health says NOT_SERVING; calls and connections are still taken for `drain.settle`; then the port is free, and new calls on
   * connections that are there are refused with DRAINING while those in flight finish within `drain.grace`. Outbound stays up.
   * Asked again, answers with the same drain.
   */
  drain(): Promise<DrainReport>
  /** Closes everything at once. Safe to repeat. */
  close(): Promise<void>
}

/** Makes a sidecar of a configuration and its parts. Nothing is bound before `start`. */
export function createSidecar(config: SidecarConfig, parts: SidecarParts): Sidecar {
  return new RunningSidecar(config, parts)
}

class RunningSidecar implements Sidecar {
  addresses: SidecarAddresses = { inbound: '', outbound: '', inspect: '', inspectSocket: undefined, web: '' }
  readonly #config: SidecarConfig
  readonly #clock: Clock
  readonly #composition: Composition
  readonly #inbound: Listener
  readonly #outbound: Listener
  readonly #web: WebServer
  #isServing = false
  #hasServed = false
  #inspector: Inspector | undefined
  #drained: Promise<DrainReport> | undefined

  constructor(config: SidecarConfig, parts: SidecarParts) {
    const { contract, clock = new TurnClock(), random = systemRandom, log = () => undefined } = parts
    const exactClock = parts.clock ?? systemClock
    const { inbound, outbound, service } = config
    this.#config = config
    this.#clock = clock
    this.#composition = new Composition(config, { contract, clock, exactClock, random, log })
    const { resources } = this.#composition
    const inboundConfig = {
      address: hostPort(inbound),
      origin: service,
      trustsLoopback: config.trust.inboundLoopback,
      maxConnections: inbound.maxConnections,
      maxAgeMs: inbound.maxAge ?? Number.POSITIVE_INFINITY,
      maxCallMs: inbound.maxCall ?? Number.POSITIVE_INFINITY,
      firstMessageTimeoutMs: inbound.firstMessageTimeout,
    }
    const outboundConfig = {
      address: hostPort(outbound),
      origin: service,
      trustsLoopback: true,
      firstMessageTimeoutMs: outbound.firstMessageTimeout,
    }
    this.#inbound = new Listener(inboundConfig, this.#composition.inbound, resources)
    this.#outbound = new Listener(outboundConfig, this.#composition.outbound, resources)
    this.#web = new WebServer(this.#webSource())
    this.#composition.listeners.set('inbound', this.#inbound).set('outbound', this.#outbound)
  }

  get config(): SidecarConfig {
    return this.#composition.config
  }

  async start(): Promise<void> {
    const { outbound, inbound, inspect, web } = this.#config
    try {
      const outboundAddress = await bind('outbound.port', hostPort(outbound), () => this.#outbound.listen())
      const inboundAddress = await bind('inbound.port', hostPort(inbound), () => this.#inbound.listen())
      const inspector = await bind('inspect.port', hostPort(inspect), () => this.#startInspector())
      this.#inspector = inspector
      const webAddress = await bind('web.port', hostPort(web), () => this.#web.listen(web.host, web.port))
      const { address, socketPath } = inspector
      this.#composition.leases?.start()
      await this.#composition.usage.start()
      this.addresses = {
        inbound: inboundAddress,
        outbound: outboundAddress,
        inspect: address,
        inspectSocket: socketPath,
        web: webAddress,
      }
    } catch (error) {
      await this.close()
      throw error
    }
  }

  setServing(isServing: boolean): void {
    if (this.#drained === undefined || !isServing) this.#setHealth(isServing)
  }

  reload(config: SidecarConfig, contract: Contract): readonly Problem[] {
    const adopted = inForce(this.#config, config)
    this.#composition.adopt(adopted, contract)
    this.#composition.telemetry.emit({ kind: 'config_reloaded', methods: contract.methods.size })
    return restartNeeds(config, adopted)
  }

  rejectReload(problems: readonly Problem[]): void {
    this.#composition.telemetry.emit({ kind: 'config_rejected', problems })
  }

  drain(): Promise<DrainReport> {
    this.#setHealth(false)
    this.#drained ??= drain(this.#composition, this.#inbound, this.#config.drain)
    return this.#drained
  }

  async close(): Promise<void> {
    this.#inbound.close()
    this.#outbound.close()
    this.#composition.traffic.close()
    this.#web.close()
    await Promise.all([this.#inspector?.close(), this.#composition.leases?.close()])
    await this.#composition.usage.close()
    this.#composition.telemetry.close()
  }

  #setHealth(isServing: boolean): void {
    this.#isServing = isServing
    this.#hasServed ||= isServing
    const status = isServing ? 'SERVING' : 'NOT_SERVING'
    this.#inspector?.setHealth('', status)
    this.#inspector?.setHealth(this.#config.service, status)
  }

  #webSource(): WebSource {
    const { metrics } = this.#composition.telemetry
    return {
      metrics: () => metrics.render(),
      metricsType: metrics.contentType,
      isStarted: () => this.#hasServed,
      isReady: () => this.#isServing,
    }
  }

  #startInspector(): Promise<Inspector> {
    const { socketFolder, maxWatchers } = this.#config.inspect
    const source = inspectorSource(this.#composition)
    return startInspector({
      address: hostPort(this.#config.inspect),
      ...(socketFolder === undefined ? {} : { socketPath: (port) => inspectorSocketPath(socketFolder, port) }),
      source,
      clock: this.#clock,
      maxWatchers,
    })
  }
}

async function bind<T>(setting: string, address: string, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen()
  } catch (error) {
    throw bindError(setting, address, error)
  }
}
