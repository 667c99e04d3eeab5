import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'
import { systemClock, type Timer } from '@spillway/clock'
import type { SidecarConfig } from '@spillway/sidecar'

/** A change of one file often makes several events; they count as one when nothing follows for so long. */
const SETTLE_MS = 200

/** Where settings and contract come from. */
export interface WatchedSources {
  /** The settings file; undefined for none. */
  readonly file: string | undefined
  readonly proto: SidecarConfig['proto']
}

/** When settings and contract are to be read again: at SIGHUP, as daemons do, and when one of their files has changed. */
export class ReloadTriggers {
  readonly #reload: () => void
  readonly #watchers: readonly FSWatcher[]
  readonly #listensToHangUp: boolean
  #pending: Timer | undefined

  /** `listensToHangUp`: SIGHUP means reload, and not that the terminal is gone. */
  constructor({ file, proto }: WatchedSources, listensToHangUp: boolean, reload: () => void) {
    this.#reload = reload
    this.#listensToHangUp = listensToHangUp
    if (listensToHangUp) process.on('SIGHUP', reload)
    this.#watchers = [
      ...(file === undefined ? [] : [this.#watch(dirname(file), false, isFileOrLink(basename(file)))]),
      ...proto.paths.map((path) => this.#watch(path, true, isProto)),
      ...proto.roots.map((path) => this.#watch(dirname(path), false, isProto)),
    ].filter((watcher) => watcher !== undefined)
  }

  /** Stops listening. */
  close(): void {
    this.#pending?.cancel()
    if (this.#listensToHangUp) process.off('SIGHUP', this.#reload)
    for (const watcher of this.#watchers) watcher.close()
  }

  /** Folders are watched, because editors and orchestrators replace files; what cannot be watched is left to SIGHUP. */
  #watch(folder: string, recursive: boolean, concerns: (name: string) => boolean): FSWatcher | undefined {
    try {
      const watcher = watch(folder, { recursive, persistent: false }, (_event, name) => {
        if (name !== null && concerns(name)) this.#changed()
      })
      return watcher.on('error', () => watcher.close())
    } catch {
      return undefined
    }
  }

  #changed(): void {
    this.#pending?.cancel()
    this.#pending = systemClock.schedule(SETTLE_MS, this.#reload)
  }
}

/** The file itself, or the `..data` link behind which Kubernetes swaps a whole volume. */
function isFileOrLink(file: string): (name: string) => boolean {
  return (name) => name === file || name.startsWith('..')
}

function isProto(name: string): boolean {
  return name.endsWith('.proto')
}
