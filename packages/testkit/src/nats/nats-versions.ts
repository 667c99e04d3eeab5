import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { findNatsServer, findNatsServers } from './nats-server.ts'

/** One nats-server to run a suite with. */
export interface NatsVersion {
  /** `2.9.10`; for a program that is not there, where it was looked for. */
  readonly version: string
  /** Undefined when there is none: the suite is to be skipped by this name. */
  readonly binary: string | undefined
}

/**
 * The servers that suites run with: a newer one from `NATS_SERVER_NEWEST_BIN` or Go's bin folder
 * (`go install github.com/nats-io/nats-server/v2@latest`), and the first installed one that is another program.
 */
export function natsVersions(): NatsVersion[] {
  const newest = process.env['NATS_SERVER_NEWEST_BIN'] ?? join(homedir(), 'go/bin/nats-server')
  if (!existsSync(newest)) {
    return [
      versionOf(findNatsServer(), 'installed: none found'),
      versionOf(undefined, 'newest: none in NATS_SERVER_NEWEST_BIN'),
    ]
  }
  const other = findNatsServers().find((path) => !isSameProgram(path, newest))
  return [versionOf(other, 'installed: none but the newest'), versionOf(newest, '')]
}

/** Links are followed. A path that names nothing is no program. */
function isSameProgram(one: string, other: string): boolean {
  return existsSync(one) && realpathSync(one) === realpathSync(other)
}

function versionOf(binary: string | undefined, otherwise: string): NatsVersion {
  if (!binary) return { version: otherwise, binary }
  const { stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 5_000 })
  return { version: /v(\d[\w.-]*)/.exec(stdout)?.[1] ?? 'unknown', binary }
}
