#!/usr/bin/env node
// Plain JavaScript without syntax newer than Node 12, so that whatever Node the machine has can start it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_MAJOR = 24
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']
const folder = dirname(fileURLToPath(import.meta.url))

if (Number(process.versions.node.split('.')[0]) >= OLDEST_MAJOR) {
  await import('../src/main.ts')
} else {
  const runtime = pinnedRuntime(folder)
  if (runtime === undefined) {
    console.error(
      `spillway: error: Node ${process.versions.node} is too old (allowed: ${OLDEST_MAJOR} and newer). Fix: run npm ci in ${join(folder, '..')}, which brings one.`,
    )
    process.exitCode = 1
  } else runAgain(runtime)
}

/** The runtime that the lock file pins, in the nearest node_modules that has it. */
function pinnedRuntime(start) {
  for (let at = start; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', '.bin', 'node')
    if (existsSync(candidate)) return candidate
    if (dirname(at) === at) return undefined
  }
}

/** Becomes, as far as anybody can tell, the same command on the other runtime. */
function runAgain(runtime) {
  const child = spawn(runtime, process.argv.slice(1), { stdio: 'inherit' })
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
