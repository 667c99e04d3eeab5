import { InvalidArgumentError, Option, type Command } from 'commander'
import type { TapFilter } from '@spillway/inspect'
import type { InspectorClient } from '@spillway/inspect/client'
import type { CommandContext } from './command-context.ts'

type Finish = (exitCode: number) => void

interface CommonOptions {
  readonly inspect?: string
  readonly config?: string
  readonly json?: true
}

interface TapOptions extends CommonOptions {
  readonly method?: string
  readonly class?: string[]
  readonly decision?: string[]
  readonly minMs?: number
  readonly sample?: number
  readonly maxPerSecond?: number
}

/** The commands that ask a running sidecar. */
export function addInspectorCommands(program: Command, context: CommandContext, finish: Finish): void {
  const { terminal } = context
  const ask = (options: CommonOptions, task: (inspector: InspectorClient) => Promise<number>): Promise<void> =>
    askInspector(options, context, task).then(finish)

  addCommonOptions(program.command('top').description('watch rates, latencies, queues and refusals'))
    .option('--method <glob>', 'only these, * for any run of characters')
    .option('--once', 'one picture, then end')
    .action(async (options: CommonOptions & { method?: string; once?: true }) => {
      const { top } = await import('./commands/top.ts')
      const { method = '', once, json } = options
      const isOnce = once === true || (!terminal.isTty && json !== true)
      await ask(options, (inspector) => top(inspector, { method, isOnce, isJson: json === true }, terminal))
    })

  addBreakers(program, context, ask)
  addBudgets(program, context, ask)

  addCommonOptions(program.command('tap').description('watch calls as they end'))
    .option('--method <glob>', 'only these, * for any run of characters')
    .option('--class <name...>', 'only these classes')
    .option('--decision <name...>', 'only these: forwarded, answered, shed_overload, breaker_open, …')
    .option(
      '--min-ms <ms>',
      'only calls that took at least so long',
      numberIn('0 or more', (ms) => ms >= 0),
    )
    .option('--sample <share>', 'only this share of them, above 0 to 1', numberIn('above 0 to 1', isShare))
    .option(
      '--max-per-second <n>',
      'at most so many a second, 1 to 1000 (default 100)',
      numberIn('1 to 1000', isTapRate),
    )
    .action(async (options: TapOptions) => {
      const { tap } = await import('./commands/tap.ts')
      await ask(options, (inspector) => tap(inspector, toFilter(options), options.json === true, terminal))
    })
}

type Ask = (options: CommonOptions, task: (inspector: InspectorClient) => Promise<number>) => Promise<void>

function addBreakers(program: Command, { terminal }: CommandContext, ask: Ask): void {
  const breakers = addCommonOptions(
    program.command('breakers').description('show circuit breakers; trip and reset them'),
  )
    .option('--watch', 'show them again after each change')
    .action(async (options: CommonOptions & { watch?: true }) => {
      const { listBreakers, watchBreakers } = await import('./commands/breakers.ts')
      const show = options.watch === true ? watchBreakers : listBreakers
      await ask(options, (inspector) => show(inspector, options.json === true, terminal))
    })
  for (const change of ['trip', 'reset'] as const) {
    const about =
      change === 'trip' ? 'open a breaker by hand, until it is reset' : 'close a breaker and empty its window'
    addCommonOptions(breakers.command(change).description(about))
      .argument('<name...>', 'as spillway breakers shows it: app bank.v1.Risk/Score')
      .option('--reason <text>', 'for the history and the log', 'by hand')
      .action(async (name: string[], options: CommonOptions & { reason: string }) => {
        const { changeBreaker } = await import('./commands/breakers.ts')
        const isJson = options.json === true
        await ask(options, (inspector) =>
          changeBreaker(inspector, change, name.join(' '), options.reason, isJson, terminal),
        )
      })
  }
}

function addBudgets(program: Command, { terminal }: CommandContext, ask: Ask): void {
  addCommonOptions(program.command('budgets').description('watch shares, demand and leases of budgets'))
    .option('--once', 'one picture, then end')
    .action(async (options: CommonOptions & { once?: true }) => {
      const { budgets } = await import('./commands/budgets.ts')
      const isJson = options.json === true
      const isOnce = options.once === true || (!terminal.isTty && !isJson)
      await ask(options, (inspector) => budgets(inspector, { isOnce, isJson }, terminal))
    })
}

function addCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('--inspect <host:port>', 'where the inspector is (default: as configured, 127.0.0.1:7053)'))
    .option('--config <file>', 'settings file (default spillway.yaml when there is one)')
    .option('--json', 'JSON lines')
}

async function askInspector(
  { inspect, config }: CommonOptions,
  { env }: CommandContext,
  task: (inspector: InspectorClient) => Promise<number>,
): Promise<number> {
  const { withInspector } = await import('./inspector-session.ts')
  return await withInspector(inspect, { file: config, env }, task)
}

function toFilter(options: TapOptions): TapFilter {
  return {
    ...(options.method === undefined ? {} : { method: options.method }),
    ...(options.class === undefined ? {} : { classes: options.class }),
    ...(options.decision === undefined ? {} : { decisions: options.decision }),
    ...(options.minMs === undefined ? {} : { minTotalMs: options.minMs }),
    ...(options.sample === undefined ? {} : { sample: options.sample }),
    ...(options.maxPerSecond === undefined ? {} : { maxPerSecond: options.maxPerSecond }),
  }
}

function isShare(share: number): boolean {
  return share > 0 && share <= 1
}

function isTapRate(perSecond: number): boolean {
  return perSecond >= 1 && perSecond <= 1_000
}

/** Reads a number of a flag. The inspector takes 0 for what was left out, so it must not be said. */
function numberIn(range: string, isAllowed: (number: number) => boolean): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('It is no number.')
    if (!isAllowed(number)) throw new InvalidArgumentError(`Allowed: ${range}.`)
    return number
  }
}
