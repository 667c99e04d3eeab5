import { formatProblem, type Problem } from '@spillway/call'
import type { ConfigSources, SidecarConfig } from '@spillway/sidecar'
import { settingRows, settingTable } from '@spillway/sidecar/settings'
import type { CommandContext } from '../command-context.ts'
import { inspectSurroundings } from '../inspect-surroundings.ts'
import { loadPolicies } from '../load-policies.ts'
import { styled, type Terminal } from '../terminal.ts'

/** One line of `spillway check`: something that is right, or a problem. */
export type Finding = { readonly severity: 'ok'; readonly place: string; readonly message: string } | Problem

/** `spillway check`: everything that is right and everything that is wrong, at once. Returns 1 when there is an error. */
export async function check(sources: ConfigSources, isJson: boolean, { terminal }: CommandContext): Promise<number> {
  const findings = await findAll(sources)
  if (isJson) terminal.out(`${JSON.stringify({ findings })}\n`)
  else for (const finding of findings) terminal.out(`${lineOf(finding, terminal)}\n`)
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0
}

/** `spillway check --settings`: the table of everything that can be set. */
export function showSettings(isJson: boolean, { terminal }: CommandContext): number {
  terminal.out(isJson ? `${JSON.stringify({ settings: settingRows.map(settingView) })}\n` : settingTable())
  return 0
}

/** Names that there are not are left out, as for what only YAML can say. */
function settingView({ key, flag, variable, kind, fallback, about }: (typeof settingRows)[number]): object {
  const named = Object.entries({ flag, variable, default: fallback }).filter(([, text]) => text !== '')
  return { key, ...Object.fromEntries(named), kind, about }
}

async function findAll(sources: ConfigSources): Promise<readonly Finding[]> {
  const loaded = loadPolicies(sources)
  if ('problems' in loaded) return loaded.problems
  const { settings, contract, warnings } = loaded.ok
  const { config, file } = settings
  const rpcs = contract.methods.size
  const rules = [...contract.methods.values()].reduce((sum, { fallbacks }) => sum + fallbacks.length, 0)
  return [
    { severity: 'ok', place: file ?? 'settings', message: file === undefined ? 'defaults, no spillway.yaml' : 'valid' },
    { severity: 'ok', place: 'contract', message: `${rpcs} rpcs, ${rules} fallback rules` },
    ...(rpcs === 0 ? [noContract()] : []),
    ...budgetFindings(config),
    ...warnings,
    ...(await inspectSurroundings(config)),
  ]
}

/** Each budget, and how far it reaches: without NATS every sidecar has all of it. */
function budgetFindings({ budgets, nats, region }: SidecarConfig): readonly Finding[] {
  const isLocal = nats.servers === undefined
  const each = Object.entries(budgets).map(([name, { rate, burst, regions }]): Finding => {
    const floor = Math.round((regions[region]?.floor ?? 0) * 1_000) / 10
    const reach = isLocal
      ? 'local to this sidecar'
      : `shared by ${Object.keys(regions).length} regions, floor ${floor} %`
    return {
      severity: 'ok',
      place: `budget ${name}`,
      message: `${Math.round(rate * 1_000) / 1_000} per second, burst ${burst}, ${reach}`,
    }
  })
  if (!isLocal || each.length === 0) return each
  return [...each, { severity: 'ok', place: 'nats', message: 'left out: budgets are local to this sidecar' }]
}

function noContract(): Problem {
  const message = 'no rpc is known, so every call is STANDARD and nothing answers for it'
  return { severity: 'warning', place: 'contract', message, fix: 'name the .proto files with --proto <folder>' }
}

function lineOf(finding: Finding, terminal: Terminal): string {
  switch (finding.severity) {
    case 'ok':
      return `${styled(terminal, 'green', 'OK')}       ${finding.place}: ${finding.message}`
    case 'warning':
      return `${styled(terminal, 'yellow', 'warning')}  ${short(finding)}`
    default:
      return `${styled(terminal, 'red', 'error')}    ${short(finding)}`
  }
}

/** The usual line of a problem; its severity stands in front already. */
function short(problem: Problem): string {
  return formatProblem(problem).replace(`${problem.place}: ${problem.severity}: `, `${problem.place}: `)
}
