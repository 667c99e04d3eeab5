import { unlink } from 'node:fs/promises'
import { connect } from 'node:net'

/** Removes a unix socket file at which nobody listens. Leaves everything else alone. */
export async function removeDeadSocket(path: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const probe = connect({ path })
  probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  probe.on('connect', () => resolve(false))
  const isDead = await promise
  probe.destroy()
  if (isDead) await unlink(path)
}
