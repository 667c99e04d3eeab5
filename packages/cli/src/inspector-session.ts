import { inspectorSocketPath } from '@spillway/inspect'
import { InspectorClient, InspectorError } from '@spillway/inspect/client'
import { hostPort, type ConfigSources, type SidecarConfig } from '@spillway/sidecar'
import { loadConfig } from '@spillway/sidecar/config'
import { UserError, userError } from './user-error.ts'

const ELSEWHERE = 'start a sidecar, or name another inspector with --inspect <host:port>'

/** What to do about an error of the inspector, by its status; any other comes from something that is none. */
const FIXES: ReadonlyMap<string, string> = new Map([
  ['INVALID_ARGUMENT', 'see --help for what is allowed'],
  ['RESOURCE_EXHAUSTED', 'end a command that watches, or raise inspect.max_watchers'],
  ['NOT_FOUND', 'write a name as spillway breakers shows it'],
  ['PERMISSION_DENIED', 'run it on the machine of the sidecar, as the same user'],
])

/** What to dial when the inspector listens on every interface. */
const LOOPBACK: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

/** Speaks to the inspector of a running sidecar; what goes wrong there becomes one line. */
export async function withInspector<T>(
  address: string | undefined,
  sources: ConfigSources,
  task: (inspector: InspectorClient) => Promise<T>,
): Promise<T> {
  if (address !== undefined && !isAddress(address)) {
    throw userError('--inspect', `${address} is no address (allowed: host:port)`, 'write --inspect 127.0.0.1:7053')
  }
  const { inspect } = readConfig(sources)
  const target = address ?? hostPort({ ...inspect, host: LOOPBACK.get(inspect.host) ?? inspect.host })
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
    throw userError(target, error.message, FIXES.get(error.code) ?? ELSEWHERE, error)
  } finally {
    inspector.close()
  }
}

function isAddress(text: string): boolean {
  const port = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text)?.[1]
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535
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

/** Settings alone: all that tells where the inspector is. Throws a UserError. */
function readConfig(sources: ConfigSources): SidecarConfig {
  const loaded = loadConfig(sources)
  if ('problems' in loaded) throw new UserError(loaded.problems)
  return loaded.ok.config
}
