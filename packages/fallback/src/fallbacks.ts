import type { Refusal } from '@spillway/call'
import type { ExpressionVariables, FallbackReason, FallbackRule, MethodPolicy } from '@spillway/contract'
import { FallbackTally, type FallbackCounts } from './fallback-counts.ts'
import type { FallbackDecision } from './fallback-decision.ts'
import { formatFallbackMark } from './fallback-mark.ts'
import { fallbackReasonOf } from './fallback-reason.ts'

/** What rules may look at: the call's own data and nothing else. */
export type FallbackVariables = Omit<ExpressionVariables, 'reason'>

/** Learns that a rule of the method `path` could not be evaluated, and why. */
export type RuleFailed = (path: string, rule: string, failure: string) => void

const NONE: FallbackDecision = { kind: 'none' }

/**
 * Turns refusals into degraded answers by the rules of the contract. A decision depends on the rules and the call alone:
 * nothing of an answer, or of another call, is ever kept, so nothing can pass from one tenant to another.
 */
export class Fallbacks {
  readonly #tally = new FallbackTally()
  readonly #ruleFailed: RuleFailed

  /** `ruleFailed` is told of every rule that could not be evaluated for a call. */
  constructor(ruleFailed: RuleFailed = () => undefined) {
    this.#ruleFailed = ruleFailed
  }

  /**
   * The first rule, in the contract's order, that asks for this kind of refusal and whose condition holds. A rule that
   * fails to evaluate, or reads a request that is not at hand, is passed over and counted. `behind` names the `method`
   * rule that was tried in vain: only those behind it are asked. Never throws.
   */
  decide(refusal: Refusal, policy: MethodPolicy, variables: FallbackVariables, behind?: string): FallbackDecision {
    const reason = fallbackReasonOf(refusal)
    if (reason === undefined) return NONE
    for (const rule of rulesBehind(behind, policy.fallbacks)) {
      const decision = rule.on.has(reason) ? this.#apply(rule, policy, { ...variables, reason }, reason) : NONE
      if (decision.kind !== 'none') return decision
    }
    return NONE
  }

  /** What became of every rule that was tried. */
  counts(): FallbackCounts[] {
    return this.#tally.list()
  }

  #apply(
    rule: FallbackRule,
    policy: MethodPolicy,
    variables: ExpressionVariables,
    reason: FallbackReason,
  ): FallbackDecision {
    if (variables.request === undefined && readsRequest(rule)) {
      this.#tally.unreadable(policy, rule.name)
      return NONE
    }
    const condition = rule.when?.evaluate(variables) ?? { ok: true }
    if ('failed' in condition) return this.#failed(policy, rule, condition.failed)
    if (!condition.ok) return NONE
    const degraded = { rule: rule.name, reason, mark: formatFallbackMark(rule.name, reason) }
    if (rule.action.kind === 'method') {
      this.#tally.applied(policy, rule.name)
      return { kind: 'method', ...degraded, path: rule.action.path }
    }
    const reply = rule.action.reply.evaluate(variables)
    if ('failed' in reply) return this.#failed(policy, rule, reply.failed)
    this.#tally.applied(policy, rule.name)
    return { kind: 'reply', ...degraded, bytes: reply.ok }
  }

  #failed(policy: MethodPolicy, rule: FallbackRule, failure: string): FallbackDecision {
    this.#tally.failed(policy, rule.name, failure)
    this.#ruleFailed(policy.path, rule.name, failure)
    return NONE
  }
}

function readsRequest({ when, action }: FallbackRule): boolean {
  return when?.readsRequest === true || (action.kind === 'reply' && action.reply.readsRequest)
}

/** All rules, or those behind the one of that name; none behind a name that no rule has. */
function rulesBehind(name: string | undefined, rules: readonly FallbackRule[]): readonly FallbackRule[] {
  if (name === undefined) return rules
  const index = rules.findIndex((rule) => rule.name === name)
  return index < 0 ? [] : rules.slice(index + 1)
}
