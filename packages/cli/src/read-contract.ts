import type { Problem } from '@spillway/call'
import { loadContract, type Contract, type LoadOptions, type Overlay } from '@spillway/contract'
import type { ContractSettings, LoadedConfig } from '@spillway/sidecar'

/** Everything that the files, the environment and the flags say, valid. */
interface LoadedPolicies {
  readonly settings: LoadedConfig
  readonly contract: Contract
  readonly warnings: readonly Problem[]
}

/** The same, or all that is wrong with them at once. */
export type PoliciesResult = { readonly ok: LoadedPolicies } | { readonly problems: readonly Problem[] }

/** Reads the contract of settings that are valid themselves. */
export function readContract(settings: LoadedConfig): PoliciesResult {
  const { config, placeOf, warnings } = settings
  const { proto, policy } = config
  const contract = loadContract(contractOptions({ proto, policy, budgets: Object.keys(config.budgets), placeOf }))
  if ('problems' in contract) return { problems: [...warnings, ...contract.problems] }
  return { ok: { settings, contract: contract.ok, warnings: [...warnings, ...contract.warnings] } }
}

/** What settings say about the contract, as its reader wants to be told. */
export function contractOptions({ proto, policy, budgets, placeOf }: ContractSettings): LoadOptions {
  const overlay: Overlay = { value: policy, placeOf: (path) => placeOf(['policy', ...path]) }
  const { paths, roots, includes } = proto
  return { paths, roots, includes, budgets, overlay }
}
