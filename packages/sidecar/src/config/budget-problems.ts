import type { Problem } from '@spillway/call'
import { nearest } from '@spillway/contract/nearest'
import { token } from './kinds.ts'
import { nameProblems } from './name-problems.ts'
import type { SidecarConfig } from './schema.ts'

type Path = readonly string[]
type PlaceOf = (path: readonly PropertyKey[]) => string

/** Sums of floors may be off by so much before they count as above the whole. */
const ROUNDING = 1e-9

/** What is wrong with budgets, their names and their regions beyond the form of each value. */
export function budgetProblems(config: SidecarConfig, placeOf: PlaceOf): readonly Problem[] {
  const problem = (path: Path, message: string, fix: string): Problem => {
    return { severity: 'error', place: placeOf(path), message: `${path.join('.')}: ${message}`, fix }
  }
  const own = Object.entries(config.budgets).flatMap(([name, budget]) =>
    nameProblems('budgets', name, placeOf(['budgets', name])).concat(
      amounts(name, budget, problem),
      floors(name, budget, problem),
    ),
  )
  if (config.nats.servers === undefined) return own
  return [...own, ...shared(config, problem)]
}

type Budget = SidecarConfig['budgets'][string]
type Report = (path: Path, message: string, fix: string) => Problem

function amounts(name: string, { rate, burst }: Budget, problem: Report): Problem[] {
  return Object.entries({ rate, burst })
    .filter(([, amount]) => amount === 0)
    .map(([key]) => {
      const fix = 'write a number above 0, or mode.budget: off'
      return problem(['budgets', name, key], '0 would let nothing through', fix)
    })
}

function floors(name: string, { regions }: Budget, problem: Report): Problem[] {
  const sum = Object.values(regions).reduce((total, { floor }) => total + floor, 0)
  if (sum <= 1 + ROUNDING) return []
  const message = `the floors add up to ${Math.round(sum * 1_000) / 10} % of the rate`
  return [problem(['budgets', name, 'regions'], message, 'lower them to 100 % or less')]
}

function shared({ budgets, region, role }: SidecarConfig, problem: Report): Problem[] {
  const wrong: Problem[] = []
  if (!isToken(region)) {
    wrong.push(problem(['region'], `${region} cannot stand in a NATS subject`, 'use letters, digits, _ and - only'))
  }
  if (!role.includes('sidecar')) {
    wrong.push(problem(['role'], 'this process is a sidecar in any case', 'write sidecar too'))
  }
  return [...wrong, ...Object.entries(budgets).flatMap(([name, budget]) => regions(name, budget, region, problem))]
}

function regions(name: string, budget: Budget, region: string, problem: Report): Problem[] {
  const path = ['budgets', name, 'regions']
  const known = Object.keys(budget.regions)
  if (known.length === 0) {
    return [problem(path, 'no region is named, and nats.servers is set', `add ${region}: { floor: 0.1 }`)]
  }
  const wrong = known
    .filter((each) => !isToken(each))
    .map((each) => problem([...path, each], 'is no region', 'use letters, digits, _ and - only'))
  if (known.includes(region)) return wrong
  const meant = nearest(region, known)
  const fix = meant === undefined ? `add ${region}, or correct region` : `write ${meant}, or correct region`
  const message = `${region}, where this sidecar runs, is not among them (${known.join(', ')})`
  return [...wrong, problem(path, message, fix)]
}

function isToken(name: string): boolean {
  return 'ok' in token.read(name)
}
