import { spawn, type ChildProcess } from 'node:child_process'

/**
 * Waits until nobody holds the other end of its input, then ends the process group `$1`: politely, and for good once `$2`
 * seconds have passed.
 */
const GUARD = `
while read -r _; do :; done
kill -TERM "-$1" || exit
left=$2
while [ "$left" -gt 0 ] && kill -0 "-$1"; do sleep 1; left=$((left - 1)); done
kill -KILL "-$1"
`

/**
 * Ends a process group when this process dies, even of SIGKILL, of which no handler hears. A tiny shell of its own session
 * waits for the pipe between us to break: that works on every POSIX system, and the group needs to know nothing of it.
 * Where there is no /bin/sh, nothing guards the group.
 */
export class GroupGuard {
  readonly #shell: ChildProcess

  /** `graceMs`: between SIGTERM and SIGKILL, in whole seconds, rounded up. */
  constructor(groupId: number, graceMs: number) {
    const args = ['-c', GUARD, 'spillway-guard', String(groupId), String(Math.ceil(graceMs / 1_000))]
    this.#shell = spawn('/bin/sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    this.#shell.on('error', () => undefined)
    this.#shell.stdin?.on('error', () => undefined)
    this.#shell.unref()
  }

  /** The group is gone: its number may soon be another's. Safe to repeat. */
  release(): void {
    this.#shell.kill('SIGKILL')
  }
}
