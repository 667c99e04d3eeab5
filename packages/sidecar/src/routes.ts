import type { Destination } from './destination.ts'

/** Pairs of authority and service whose answer is remembered; both are the app's to choose, so their number is bounded. */
const CAPACITY = 1_024

/** One upstream as the routes see it. */
export interface Route {
  readonly destination: Destination
  readonly services: readonly string[]
}

/**
 * Where an outbound call goes: to the upstream that its `:authority` names (with or without a port), else to the one that
 * serves the service in its path.
 */
export class Routes {
  /** Stands for the upstream of calls that have none. */
  readonly nowhere: Destination
  readonly #byName: ReadonlyMap<string, Destination>
  readonly #byService: ReadonlyMap<string, Destination>
  readonly #known = new Map<string, Map<string, Destination>>()
  #size = 0

  constructor(routes: readonly Route[], nowhere: Destination) {
    this.nowhere = nowhere
    this.#byName = new Map(routes.map(({ destination }) => [destination.upstream.name, destination]))
    this.#byService = new Map(
      routes.flatMap(({ destination, services }) => services.map((name) => [name, destination])),
    )
  }

  /** The destination, or undefined when nothing fits. */
  find(authority: string, path: string): Destination | undefined {
    return this.#known.get(authority)?.get(path) ?? this.#look(authority, path)
  }

  #look(authority: string, path: string): Destination | undefined {
    const host = authority.replace(/:\d*$/, '')
    const service = path.slice(1, path.lastIndexOf('/'))
    const found = this.#byName.get(host) ?? this.#byService.get(service)
    if (found !== undefined) this.#remember(authority, path, found)
    return found
  }

  #remember(authority: string, path: string, destination: Destination): void {
    if (this.#size++ >= CAPACITY) {
      this.#known.clear()
      this.#size = 1
    }
    const paths = this.#known.get(authority) ?? new Map<string, Destination>()
    this.#known.set(authority, paths.set(path, destination))
  }
}
