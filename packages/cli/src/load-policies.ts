import type { Problem } from '@spillway/call'
import { loadContract, type Contract } from '@spillway/contract'
import { loadConfig, type ConfigSources, type LoadedConfig } from '@spillway/sidecar'

/** Everything that the files, the environment and the flags say, valid. */
interface LoadedPolicies {
  readonly settings: LoadedConfig
  readonly contract: Contract
  readonly warnings: readonly Problem[]
}

/** The same, or all that is wrong with them at once. */
export type PoliciesResult = { readonly ok: LoadedPolicies } | { readonly problems: readonly Problem[] }

/** Reads settings and contract. A contract is only looked at when the settings say where it is. */
export function loadPolicies(sources: ConfigSources): PoliciesResult {
  const settings = loadConfig(sources)
  if ('problems' in settings) return settings
  const { config, placeOf, warnings } = settings.ok
  const { paths, roots, includes } = config.proto
  const overlay = {
    value: config.policy,
    placeOf: (path: readonly (string | number)[]) => placeOf(['policy', ...path]),
  }
  const contract = loadContract({ paths, roots, includes, budgets: Object.keys(config.budgets), overlay })
  if ('problems' in contract) return { problems: [...warnings, ...contract.problems] }
  return { ok: { settings: settings.ok, contract: contract.ok, warnings: [...warnings, ...contract.warnings] } }
}
