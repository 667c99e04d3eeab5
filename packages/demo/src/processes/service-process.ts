import { Child } from './child.ts'
import { parseServiceReport, type ServiceOrder } from './service-messages.ts'

/** The inference service in its own process. */
export class ServiceProcess implements AsyncDisposable {
  readonly port: number
  readonly #child: Child

  private constructor(child: Child, port: number) {
    this.#child = child
    this.port = port
  }

  /** Starts it and waits until it listens on a free port of the loopback interface. */
  static async start(seed: number, signal: AbortSignal): Promise<ServiceProcess> {
    const child = new Child('service', new URL('service-main.ts', import.meta.url))
    try {
      const order: ServiceOrder = { kind: 'start', seed }
      child.send(order)
      return new ServiceProcess(child, await child.receive((message) => parseServiceReport(message)?.port, signal))
    } catch (error) {
      await child[Symbol.asyncDispose]()
      throw error
    }
  }

  /** From now on this share of the large model's calls fails; 0 heals it. */
  injectFaults(share: number): void {
    const order: ServiceOrder = { kind: 'faults', share }
    this.#child.send(order)
  }

  get pid(): number {
    return this.#child.pid
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]()
  }
}
