import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import type { ConfigSources } from '@spillway/sidecar'
import type { CommandContext } from './command-context.ts'
import { addInspectorCommands } from './inspector-commands.ts'
import { addSettingOptions, readSettingFlags } from './setting-options.ts'
import { userError } from './user-error.ts'

/** Commands that will come; their names are taken so that nobody's script means something else by them. */
const RESERVED = ['load', 'chaos', 'plan'] as const

/** The whole command line. `finish` takes the exit code of the command that ran. */
export function makeProgram(context: CommandContext, finish: (exitCode: number) => void): Command {
  const program = new Command('spillway')
    .description('Priority-aware sidecars for gRPC services')
    .version(`spillway ${version()} (node ${process.version})`)
    .enablePositionalOptions()
    .showHelpAfterError(false)
    .configureOutput({
      writeOut: (text) => context.terminal.out(text),
      writeErr: () => undefined, // what is wrong is told once, in one line, by whoever catches the error
    })
    .exitOverride()
  addRun(program, context, finish)
  addSidecar(program, context, finish)
  addCheck(program, context, finish)
  addExplain(program, context, finish)
  addInspectorCommands(program, context, finish)
  addDemo(program, context, finish)
  for (const name of RESERVED) {
    program
      .command(name, { hidden: true })
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw userError(`spillway ${name}`, 'is not there yet', 'see spillway --help for what is')
      })
  }
  return program
}

/** As the package says. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : ''
}

/** What a command's flags and the environment say about settings. */
export function sourcesOf(command: Command, { env }: CommandContext): ConfigSources {
  return { ...readSettingFlags(command.opts()), env }
}

type Finish = (exitCode: number) => void

function addRun(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('run')
    .description('start a sidecar, then a service beside it')
    .argument('<command...>', 'how the service is started')
    .passThroughOptions()
    .option('--json', 'events as JSON lines')
    .addHelpText('after', '\nExample:\n  spillway run --app-port 50051 --proto proto -- node server.js')
  addSettingOptions(command).action(async (words: string[], options: { json?: true }) => {
    const { beginLasting } = await import('./begin-lasting.ts')
    const sources = readSettingFlags(command.opts())
    finish(await beginLasting({ appCommand: words, isJson: options.json === true, sources }, context))
  })
}

function addSidecar(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('sidecar')
    .description('start a sidecar beside a service that runs already (container form)')
    .option('--json', 'events as JSON lines')
  addSettingOptions(command).action(async (options: { json?: true }) => {
    const { beginLasting } = await import('./begin-lasting.ts')
    const sources = readSettingFlags(command.opts())
    finish(await beginLasting({ appCommand: undefined, isJson: options.json === true, sources }, context))
  })
}

function addCheck(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('check')
    .description('validate settings and .proto options, look at ports, app and upstreams')
    .option('--settings', 'print the table of all settings instead')
    .option('--json', 'findings as JSON')
  addSettingOptions(command).action(async (options: { json?: true; settings?: true }) => {
    const { check, showSettings } = await import('./commands/check.ts')
    const isJson = options.json === true
    if (options.settings === true) finish(showSettings(isJson, context))
    else finish(await check(sourcesOf(command, context), isJson, context))
  })
}

function addExplain(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('explain')
    .description('print the policy of an rpc and where each value comes from')
    .argument('<method>', 'package.Service/Method')
    .option('--json', 'values as JSON')
  addSettingOptions(command).action(async (method: string, options: { json?: true }) => {
    const { explain } = await import('./commands/explain.ts')
    finish(explain(method, sourcesOf(command, context), options.json === true, context))
  })
}

function addDemo(program: Command, context: CommandContext, finish: Finish): void {
  program
    .command('demo')
    .description('show the same overload without and with a sidecar')
    .option('--keep', 'leave everything up after the last act')
    .option('--json', 'the result as JSON')
    .action(async (options: { keep?: true; json?: true }) => {
      const { demo } = await import('./commands/demo.ts')
      finish(await demo(options.keep === true, options.json === true, context))
    })
}
