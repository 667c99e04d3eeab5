/**
 * Finds a nats-server for the tests, or installs one where that takes no question.
 *
 * Usage: node tools/provide-nats-server.ts     prints its path; exit code 1 and one line that says how to install it otherwise
 * Order: NATS_SERVER_BIN · PATH and the usual folders · `apt-get install` for root on Debian and Ubuntu · Homebrew on macOS.
 * Never asks, never takes longer than three minutes.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findNatsServer } from '@spillway/testkit'

/** What there is to test with. */
export type NatsProvision =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'missing'; readonly advice: string }

/** What the machine looks like, as far as it matters here. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly isRoot: boolean
  readonly hasAptGet: boolean
  readonly hasBrew: boolean
}

const APT = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=20', '-o', 'Acquire::Retries=1']

/** The commands to try in turn on such a machine; none where it takes a person. */
export function installCommands({ platform, isRoot, hasAptGet, hasBrew }: Machine): string[][] {
  if (platform === 'darwin' && hasBrew) return [['brew', 'install', '--quiet', 'nats-server']]
  if (platform !== 'linux' || !isRoot || !hasAptGet) return []
  const install = ['apt-get', 'install', ...APT, 'nats-server']
  return [install, ['apt-get', 'update', '-q'], install]
}

/** The nats-server to test with, installed just now if need be. */
export function provideNatsServer(): NatsProvision {
  const found = findNatsServer()
  if (found) return { kind: 'found', path: found }
  for (const [command = '', ...args] of installCommands(thisMachine())) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', HOMEBREW_NO_AUTO_UPDATE: '1' }
    spawnSync(command, args, { stdio: ['ignore', 'ignore', 'ignore'], timeout: 60_000, env })
    const path = findNatsServer()
    if (path) return { kind: 'found', path }
  }
  const advice =
    'no nats-server: tests that need one are skipped. Install it (apt-get install nats-server, brew install nats-server, ' +
    'or https://github.com/nats-io/nats-server/releases) or set NATS_SERVER_BIN.'
  return { kind: 'missing', advice }
}

function thisMachine(): Machine {
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    hasAptGet: existsSync('/usr/bin/apt-get'),
    hasBrew: existsSync('/opt/homebrew/bin/brew') || existsSync('/usr/local/bin/brew'),
  }
}

if (import.meta.main) {
  const provision = provideNatsServer()
  if (provision.kind === 'found') console.log(provision.path)
  else {
    console.error(provision.advice)
    process.exitCode = 1
  }
}
