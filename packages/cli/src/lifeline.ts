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

/** How often the launcher is looked for: no longer than anybody waits for a process to have ended. */
const LOOK_EVERY_MS = 500

/**
 * Ends this process like SIGTERM does when npm has started it (npx, npm start) and is gone: npm and the shell between us die of
 * SIGTERM without passing it on. Whoever was started otherwise may outlive its parent. Safe where processes do not change
 * parents: nothing happens.
 */
export function followNpm(env: NodeJS.ProcessEnv): void {
  if (env['npm_command'] === undefined) return
  const launcher = process.ppid
  const look = (): void => {
    if (process.ppid === launcher) systemClock.schedule(LOOK_EVERY_MS, look)
    else process.kill(process.pid, 'SIGTERM')
  }
  look()
}
