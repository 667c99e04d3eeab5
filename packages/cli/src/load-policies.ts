import { loadContract } from '@spillway/contract'
import type { ConfigSources } from '@spillway/sidecar'
import { loadConfig } from '@spillway/sidecar/config'
import { contractOptions, readContract, type PoliciesResult } from './read-contract.ts'

/** Reads settings and contract. What is wrong with the contract is told beside what is wrong with the settings. */
export function loadPolicies(sources: ConfigSources): PoliciesResult {
  const settings = loadConfig(sources)
  if ('ok' in settings) return readContract(settings.ok)
  const contract = settings.contract && loadContract(contractOptions(settings.contract))
  const problems = contract && 'problems' in contract ? contract.problems : []
  return { problems: [...settings.problems, ...problems] }
}
