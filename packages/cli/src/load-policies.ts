import type { Problem } from '@spillway/call'
import { loadContract, type Contract, type LoadOptions, type Overlay } from '@spillway/contract'
import { loadConfig, type ConfigSources, type ContractSettings, type LoadedConfig } from '@spillway/sidecar'

/** Everything that the files, the environment and the flags say, valid. */
interface LoadedPolicies {
  readonly settings: LoadedConfig
  readonly contract: Contract
  readonly warnings: readonly Problem[]
}

/** The same, or all that is wrong with them at once. */
export type PoliciesResult = { readonly ok: LoadedPolicies } | { readonly problems: readonly Problem[] }

/** Reads settings and contract. What is wrong with the contract is told beside what is wrong with the settings. */
export function loadPolicies(sources: ConfigSources): PoliciesResult {
  const settings = loadConfig(sources)
  if ('problems' in settings) {
    const contract = settings.contract && loadContract(optionsOf(settings.contract))
    const problems = contract && 'problems' in contract ? contract.problems : []
    return { problems: [...settings.problems, ...problems] }
  }
  const { config, placeOf, warnings } = settings.ok
  const { proto, policy } = config
  const contract = loadContract(optionsOf({ proto, policy, budgets: Object.keys(config.budgets), placeOf }))
  if ('problems' in contract) return { problems: [...warnings, ...contract.problems] }
  return { ok: { settings: settings.ok, contract: contract.ok, warnings: [...warnings, ...contract.warnings] } }
}

function optionsOf({ proto, policy, budgets, placeOf }: ContractSettings): LoadOptions {
  const overlay: Overlay = { value: policy, placeOf: (path) => placeOf(['policy', ...path]) }
  const { paths, roots, includes } = proto
  return { paths, roots, includes, budgets, overlay }
}
