import { Socket } from 'node:net'

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
