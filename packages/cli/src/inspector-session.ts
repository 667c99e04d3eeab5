import { InspectorClient, InspectorError, inspectorSocketPath } from '@spillway/inspect'
import type { ConfigSources } from '@spillway/sidecar'
import { readConfig } from './start-sidecar.ts'
import { userError } from './user-error.ts'

/** Speaks to the inspector of a running sidecar; what goes wrong there becomes one line. */
export async function withInspector<T>(
  address: string | undefined,
  sources: ConfigSources,
  task: (inspector: InspectorClient) => Promise<T>,
): Promise<T> {
  const { inspect } = readConfig(sources)
  const host = inspect.host === '0.0.0.0' ? '127.0.0.1' : inspect.host
  const target = address ?? `${host}:${inspect.port}`
  const port = Number(target.slice(target.lastIndexOf(':') + 1))
  const { socketFolder } = inspect
  const inspector = new InspectorClient({
    address: target,
    ...(socketFolder === undefined || Number.isNaN(port)
      ? {}
      : { socketPath: inspectorSocketPath(socketFolder, port) }),
  })
  try {
    return await task(inspector)
  } catch (error) {
    if (!(error instanceof InspectorError)) throw error
    throw userError(
      target,
      error.message,
      'start a sidecar, or name another inspector with --inspect <host:port>',
      error,
    )
  } finally {
    inspector.close()
  }
}

/** Aborts on Ctrl-C, so that a stream ends quietly. Dispose of it when the stream is over. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController()
  readonly #abort = (): void => this.#controller.abort()

  constructor() {
    process.on('SIGINT', this.#abort)
    process.on('SIGTERM', this.#abort)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#abort)
    process.off('SIGTERM', this.#abort)
  }
}
