import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

/** Names that `inspectorSocketPath` gives: whatever else is in the folder is not ours to judge. */
const OURS = /^inspect-\d+\.sock$/
/** A process binds its socket a moment before it listens there; what is younger may be in between. */
const YOUNG_MS = 1_000
/** One start looks at so many, to be done soon. */
const MOST_LOOKED_AT = 256

/**
 * Removes what inspectors that were killed have left in their folder: sockets at which nobody listens any more. Whatever answers,
 * is young or is no socket stays, and so does what cannot be removed. Never throws.
 */
export async function removeDeadSockets(folder: string, wallMs: number): Promise<void> {
  const paths = namesIn(folder)
    .filter((name) => OURS.test(name))
    .slice(0, MOST_LOOKED_AT)
    .map((name) => join(folder, name))
  await Promise.all(paths.map((path) => removeDead(path, wallMs - YOUNG_MS)))
}

/** Nobody listens there: a process that is too busy to answer at once does. */
export async function isDeadSocket(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const probe = connect(path)
  probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  probe.on('connect', () => resolve(false))
  const isDead = await promise
  probe.destroy()
  return isDead
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Looks at the age last: somebody may have put another in its place since. */
async function removeDead(path: string, bornBeforeMs: number): Promise<void> {
  if (!(await isDeadSocket(path))) return
  try {
    const found = lstatSync(path)
    if (found.isSocket() && found.mtimeMs < bornBeforeMs) rmSync(path)
  } catch {
    // Somebody else was faster.
  }
}
