import { readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { holdsSecret } from '@spillway/sidecar/settings'
import { START_VARIABLE, packStart, type LastingStart } from './lasting-start.ts'

const COMMAND = fileURLToPath(new URL('../bin/spillway.js', import.meta.url))

/** Linux takes no longer variable (MAX_ARG_STRLEN, 32 pages), and the name is part of it. */
const MOST_CHARACTERS = 120_000

/** What V8 and glibc are limited to; `bin/spillway.js` says why. */
interface MemoryLimits {
  readonly v8: readonly string[]
  readonly glibc: Readonly<Record<string, string>>
}

/**
 * Replaces this process (execve: the same id, the same standard streams) by one that has never read a command line or a settings
 * file: what reads them would stay in its memory, 8 MB of it. That one is under the memory limits of `bin/spillway.js`, which
 * are taken at a start only. What it needs to know stands in {@link START_VARIABLE}; if that cannot be, because of its
 * length or of a secret, which is not to stand there, it reads for itself.
 *
 * Returns where a process cannot be replaced, or somebody has set V8's sizes already: then this one goes on.
 */
export function replaceProcess(start: LastingStart, env: NodeJS.ProcessEnv): void {
  const given = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ')
  if (typeof process.execve !== 'function' || given.includes('semi-space-size')) return
  const { v8, glibc } = JSON.parse(
    readFileSync(new URL('../bin/memory-limits.json', import.meta.url), 'utf8'),
  ) as MemoryLimits
  const text = holdsSecret(start.settings.config) ? '' : packStart(start)
  const handOver = text === '' || text.length > MOST_CHARACTERS ? {} : { [START_VARIABLE]: text }
  flushCompileCache()
  const args = [process.execPath, ...process.execArgv, ...v8, COMMAND, ...process.argv.slice(2)]
  process.execve(process.execPath, args, { ...glibc, ...env, ...handOver })
}
