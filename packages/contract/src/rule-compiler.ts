import type { DescMessage } from '@bufbuild/protobuf'
import { compileCel, type CompiledExpression } from './cel-compile.ts'
import type { CelScope, CelVariable } from './cel-scope.ts'
import { BOOL, COST, STRING, messageType, type CelType } from './cel-type.ts'
import type { ProblemList } from './problem-list.ts'
import type { Setting } from './settings.ts'

const CALL_VARIABLES: readonly CelVariable[] = ['request', 'metadata', 'peer']
const FALLBACK_VARIABLES: readonly CelVariable[] = ['request', 'metadata', 'peer', 'class', 'reason']

/**
 * Compiles the expressions of one rpc, reports those that cannot stand, and remembers what they need. Without a request
 * type, expressions may name any field of `request`; they fail whenever they read it.
 */
export class RuleCompiler {
  /** All that compiled, in order. */
  readonly expressions: CompiledExpression<unknown>[] = []
  readonly #request: DescMessage | undefined
  readonly #scope: CelScope
  readonly #problems: ProblemList

  constructor(request: DescMessage | undefined, scope: CelScope, problems: ProblemList) {
    this.#request = request
    this.#scope = scope
    this.#problems = problems
  }

  condition(key: string, setting: Setting, isFallback = false): CompiledExpression<boolean> | undefined {
    return this.#compile(key, setting, BOOL, isFallback ? FALLBACK_VARIABLES : CALL_VARIABLES)
  }

  key(key: string, setting: Setting): CompiledExpression<string> | undefined {
    return this.#compile(key, setting, STRING, CALL_VARIABLES)
  }

  reply(key: string, setting: Setting, schema: DescMessage): CompiledExpression<Uint8Array> | undefined {
    return this.#compile(key, setting, messageType(schema), FALLBACK_VARIABLES)
  }

  /** A plain number, or an expression that yields one. Not set: 1. */
  amount(key: string, setting: Setting | undefined): number | CompiledExpression<number> {
    if (setting === undefined) return 1
    const text = setting.text.trim()
    if (!/^-?\d+(\.\d+)?$/.test(text)) return this.#compile(key, setting, COST, CALL_VARIABLES) ?? 1
    if (Number(text) >= 0) return Number(text)
    this.#problems.error(setting.place, `${key}: ${text} should not be negative`, 'write a number of 0 or more')
    return 1
  }

  #compile<T>(
    key: string,
    setting: Setting,
    type: CelType<T>,
    variables: readonly CelVariable[],
  ): CompiledExpression<T> | undefined {
    const subject = { scope: this.#scope, request: this.#request, variables }
    const result = compileCel(setting.text, type, subject)
    if ('ok' in result) {
      this.expressions.push(result.ok)
      return result.ok
    }
    this.#problems.error(setting.place, `${key}: ${result.message}`, result.fix)
    return undefined
  }
}
