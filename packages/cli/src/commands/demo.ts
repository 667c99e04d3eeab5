import type { CommandContext } from '../command-context.ts'

/** `spillway demo`: the three acts. It listens to Ctrl-C itself. */
export async function demo(keep: boolean, isJson: boolean, { terminal }: CommandContext): Promise<number> {
  const { runDemo } = await import('@spillway/demo')
  return await runDemo({ keep, json: isJson, isTty: terminal.isTty, write: (text) => terminal.out(text) })
}
