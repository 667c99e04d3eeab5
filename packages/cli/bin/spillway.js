#!/usr/bin/env node
// Plain JavaScript without syntax newer than Node 12, so that whatever Node the machine has can start it.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_MAJOR = 24
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']
/** Commands that stay. */
const isLasting = ['run', 'sidecar'].includes(process.argv[2])
const folder = dirname(fileURLToPath(import.meta.url))
const limits = JSON.parse(readFileSync(join(folder, 'memory-limits.json'), 'utf8'))
/**
 * Calls that are under way take 1 to 2 KiB each; a young generation that holds those of a busy sidecar, but not ten times
 * as much, halves what is resident. With less, calls under way are moved to the old generation, at twice the time. Its size
 * is fixed: V8 would make it smaller when little happens, and then collect several times as often. Helpers of a collection would
 * take turns with it on a core that is all a sidecar has. What is moved all the same dies in the old generation: by itself V8
 * collects that when it is four times as large as what lives in it, and then again when little happens, for which all calls wait
 * although it hardly gets smaller. Maglev's code is replaced under load anyway, and what compiles it takes 6 MiB.
 */
const HEAP_LIMITS = limits.v8
/**
 * Told to glibc: memory that is freed, such as what V8 compiled with under the first load, goes back to the system. By itself
 * glibc keeps it, and the more, the larger the blocks that it has seen. Other libraries do not look at this.
 */
const MALLOC_LIMITS = limits.glibc

if (Number(process.versions.node.split('.')[0]) >= OLDEST_MAJOR) {
  if (isLasting) forgetMallocLimits()
  keepCompiledCode()
  // A command that stays starts twice: once to read what it is told, then to do it (src/replace-process.ts).
  if (isLasting && process.env.SPILLWAY_START) await import('../src/second-start.ts')
  else await import('../src/main.ts')
} else {
  const runtime = pinnedRuntime(folder)
  if (runtime === undefined) {
    console.error(
      `spillway: error: Node ${process.versions.node} is too old (allowed: ${OLDEST_MAJOR} and newer). Fix: run npm ci in ${join(folder, '..')}, which brings one.`,
    )
    process.exitCode = 1
  } else runAgain(runtime)
}

/** Those of the start before are in force, and not meant for the app. */
function forgetMallocLimits() {
  for (const name in MALLOC_LIMITS) if (process.env[name] === MALLOC_LIMITS[name]) delete process.env[name]
}

/** That environment with the limits, unless somebody has set others. */
function withMallocLimits(env) {
  return Object.assign({}, MALLOC_LIMITS, env)
}

/** From the second start on no TypeScript is stripped: a third of the memory at start, and most of the time. */
function keepCompiledCode() {
  const modules = nearest(folder, 'node_modules')
  if (modules !== undefined) module.enableCompileCache(join(modules, '.cache', 'spillway'))
}

/** The runtime that the lock file pins, in the nearest node_modules that has it. */
function pinnedRuntime(start) {
  return nearest(start, join('node_modules', '.bin', 'node'))
}

/** That path in this folder or the nearest one above that has it. */
function nearest(start, path) {
  for (let at = start; ; at = dirname(at)) {
    const candidate = join(at, path)
    if (existsSync(candidate)) return candidate
    if (dirname(at) === at) return undefined
  }
}

/** Becomes, as far as anybody can tell, the same command on the other runtime. That ends with us by its lifeline. */
function runAgain(runtime) {
  // The limits now: replacing the process later would close the lifeline.
  const limited = isLasting ? withMallocLimits(process.env) : process.env
  const flags = isLasting ? HEAP_LIMITS : []
  const child = spawn(runtime, flags.concat(process.argv.slice(1)), {
    env: Object.assign({}, limited, { SPILLWAY_LIFELINE: '3' }),
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  })
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`spillway: error: ${runtime} cannot be started (${error.message}). Fix: run npm ci again.`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    for (const forwarded of FORWARDED) process.removeAllListeners(forwarded)
    process.kill(process.pid, signal)
  })
}
