import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { systemClock } from '@spillway/clock'

/**
 * Says which file descriptor is the lifeline. Set by whoever starts a command and holds the other end of the pipe. Standard
 * input is the only one that lasts when the command replaces its process to set V8's flags.
 */
const VARIABLE = 'SPILLWAY_LIFELINE'

/**
 * Ends this process like SIGTERM does as soon as the pipe to whoever started it breaks: SIGKILL of a launcher must not leave
 * us behind. Takes the variable out of `env`, because our children are not meant. Without the variable nothing happens.
 */
export function holdLifeline(env: NodeJS.ProcessEnv): void {
  const text = env[VARIABLE]
  delete env[VARIABLE]
  if (text === undefined || text === '') return
  try {
    const pipe = new Socket({ fd: Number(text), readable: true, writable: false })
    pipe.on('error', () => undefined)
    pipe.on('close', () => process.kill(process.pid, 'SIGTERM'))
    pipe.resume().unref()
  } catch {
    // The descriptor is no pipe: somebody else has set the variable.
  }
}

/** How often the launchers are looked at: no longer than anybody waits for a process to have ended. */
const LOOK_EVERY_MS = 500

/**
 * Ends this process like SIGTERM does when npm has started it (npx, npm start) and is gone, or the shell that npm puts between:
 * they die of SIGTERM without passing it on, and of SIGKILL one without the other. Whoever was started otherwise may outlive
 * its parent. Looks every now and then, for npm holds no pipe that would break, and nothing else tells a process that another
 * one has ended which is not its child.
 */
export function followNpm(env: NodeJS.ProcessEnv): void {
  if (env['npm_command'] === undefined) return
  const line = lineage()
  const look = (): void => {
    const isWhole = line.every((pid, index) => index === 0 || parentOf(line[index - 1] ?? 0) === pid)
    if (isWhole) systemClock.schedule(LOOK_EVERY_MS, look)
    else process.kill(process.pid, 'SIGTERM')
  }
  look()
}

/** An old Node, a shell and npm. */
const MOST_LAUNCHERS = 4

/** This process, its parent and so on up to npm; the two alone when npm cannot be found, as where there is no /proc. */
function lineage(): readonly number[] {
  const line = [process.pid, process.ppid]
  while (line.length <= MOST_LAUNCHERS) {
    const { name, parent } = readProcess(line.at(-1) ?? 0) ?? {}
    if (name?.startsWith('npm') === true) return line
    if (parent === undefined) break
    line.push(parent)
  }
  return line.slice(0, 2)
}

/** A process gets another parent as soon as its own has ended. Undefined when nothing is known of it. */
function parentOf(pid: number): number | undefined {
  return pid === process.pid ? process.ppid : readProcess(pid)?.parent
}

/** What proc_pid_stat(5) says. npm gives itself a name that begins with its own. */
function readProcess(pid: number): { readonly name: string; readonly parent: number } | undefined {
  try {
    const [, name = '', parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? []
    return { name, parent: Number(parent) }
  } catch {
    return undefined
  }
}
