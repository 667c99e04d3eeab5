import { lstatSync, mkdirSync, rmSync, statSync, type Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { isDeadSocket } from './dead-sockets.ts'
import { SocketError } from './socket-error.ts'

/** The longest path that a unix socket can have on Linux and macOS alike, in octets. */
const LONGEST_PATH = 103

/** Where the inspector on that TCP port has its unix socket: the rule that the sidecar and the command share. */
export function inspectorSocketPath(folder: string, port: number): string {
  return join(folder, `inspect-${port}.sock`)
}

/** The usual folder of these sockets, private to the user: below `XDG_RUNTIME_DIR` if it is set, else below `temporary`. */
export function inspectorFolder(place: { runtime: string | undefined; temporary: string; uid: number }): string {
  return place.runtime === undefined ? join(place.temporary, `spillway-${place.uid}`) : join(place.runtime, 'spillway')
}

/**
 * Makes ready to listen at `path`: its folder exists, is ours and closed to others, and no dead socket is in the way.
 * Throws a SocketError when that cannot be.
 */
export async function prepareSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new SocketError(`${path}: too long for a unix socket (at most ${LONGEST_PATH} octets)`)
  }
  checkFolder(dirname(path))
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSocket()) throw new SocketError(`${path}: exists and is no socket`)
  if (!(await isDeadSocket(path))) throw new SocketError(`${path}: another process listens there`)
  rmSync(path, { force: true })
}

function checkFolder(folder: string): void {
  const found = makeFolder(folder)
  if (!found.isDirectory()) throw new SocketError(`${folder}: is no folder`)
  const { mode, uid } = found
  if (process.getuid !== undefined && uid !== process.getuid()) {
    throw new SocketError(`${folder}: belongs to another user`)
  }
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8)
    throw new SocketError(`${folder}: open to other users (mode ${shown}); make it 700 or name another`)
  }
}

function makeFolder(folder: string): Stats {
  try {
    makeWithParents(folder)
    return statSync(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new SocketError(`${folder}: cannot be made or entered (${code})`, { cause: error })
  }
}

/** Not by mkdir's `recursive`, which tries for ever where a file system (such as /proc) says of every name that it is not there. */
function makeWithParents(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return
  const parent = dirname(folder)
  if (parent !== folder) makeWithParents(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    const hasAnother = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (!hasAnother) throw error
  }
}
