/** Serving status of a service in `grpc.health.v1`; the empty name stands for the sidecar as a whole. */
export type HealthStatus = 'SERVING' | 'NOT_SERVING'

/** What health checkers are told of each service; the empty name starts as NOT_SERVING. */
export class HealthStatuses {
  readonly #statuses = new Map<string, HealthStatus>([['', 'NOT_SERVING']])
  readonly #touches = new Set<() => void>()

  /** The status of that service, or undefined. */
  of(service: string): HealthStatus | undefined {
    return this.#statuses.get(service)
  }

  /** Sets it, and tells who subscribed. */
  set(service: string, status: HealthStatus): void {
    this.#statuses.set(service, status)
    for (const touch of this.#touches) touch()
  }

  /** Calls `touch` after each change. Returns how to stop. */
  subscribe(touch: () => void): () => void {
    this.#touches.add(touch)
    return () => this.#touches.delete(touch)
  }
}
