import { CommanderError, type Command } from 'commander'
import { followNpm, holdLifeline } from './lifeline.ts'
import { endWith } from './process-end.ts'
import { makeProgram } from './program.ts'
import { processTerminal } from './terminal.ts'

const env = process.env
holdLifeline(env)
followNpm(env)
const terminal = processTerminal(env)

/** Runs the command line. */
async function main(): Promise<number> {
  let exitCode = 0
  const program = makeProgram({ terminal, env }, (code) => (exitCode = code))
  try {
    await program.parseAsync(process.argv)
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(error, program)
    throw error
  }
}

/** Help and version are no errors; everything else is one line. */
function endOfParsing(error: CommanderError, program: Command): number {
  if (error.exitCode === 0) return 0
  if (error.code === 'commander.help') {
    terminal.err(program.helpInformation())
    return 1
  }
  const text = error.message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')
  terminal.err(`spillway: error: ${text}. Fix: see ${nameOf(program, process.argv.slice(2))} --help.\n`)
  return 1
}

/** The command that these words call, as far as there is one: `spillway breakers trip`. */
function nameOf(command: Command, [word, ...rest]: readonly string[]): string {
  const inner = command.commands.find((each) => each.name() === word)
  return inner === undefined ? command.name() : `${command.name()} ${nameOf(inner, rest)}`
}

await endWith(main, terminal)
