import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** A Node on PATH that is too old to run Spillway itself; undefined when this machine has none. */
export function oldNode(): string | undefined {
  const candidates = (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'node'))
  return candidates.find((file) => {
    if (!existsSync(file)) return false
    const version = execFileSync(file, ['--version'], { encoding: 'utf8' })
    return Number(/^v(\d+)/.exec(version)?.[1]) < 24
  })
}
