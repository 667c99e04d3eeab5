import { celEnv, celMap, plan, type CelEnv, type CelInput, type CelMap, type CelResult } from '@bufbuild/cel'
import type { DescMessage, Registry } from '@bufbuild/protobuf'
import type { Metadata } from '@spillway/call'
import type { CelExpr } from './cel-syntax.ts'
import type { ExpressionVariables } from './expression.ts'

/** The names that an expression may use. `class` and `reason` are there for fallback rules only. */
export type CelVariable = 'request' | 'metadata' | 'peer' | 'class' | 'reason'

/** What the names in an expression mean: shared by the expressions of a contract. */
export class CelScope {
  readonly registry: Registry
  readonly #env: CelEnv
  readonly #metadata = new MetadataMap()
  readonly #metadataValue = celMapOf(this.#metadata)

  constructor(registry: Registry) {
    this.registry = registry
    this.#env = celEnv({ registry })
  }

  /** CEL knows a function of that name. */
  hasFunction(name: string): boolean {
    return this.#env.funcs.find(name) !== undefined
  }

  /** Makes a program of an expression. */
  compile(expr: CelExpr): (variables: ExpressionVariables) => CelResult {
    const program = plan(this.#env, expr)
    return (variables) => {
      this.#metadata.current = variables.metadata
      return program(this.#bindings(variables))
    }
  }

  #bindings(variables: ExpressionVariables): Record<string, CelInput> {
    const bindings: Record<Exclude<CelVariable, 'request'>, CelInput> & { request?: CelInput } = {
      metadata: this.#metadataValue,
      peer: { kind: variables.peer.kind, id: variables.peer.id },
      class: variables.className,
      reason: variables.reason,
    }
    if (variables.request !== undefined) bindings.request = variables.request
    return bindings
  }
}

/** What a message's expressions are proved on. */
export interface CelSubject {
  readonly scope: CelScope
  /** Undefined where no request message is known. */
  readonly request: DescMessage | undefined
  readonly variables: readonly CelVariable[]
}

/** The metadata of the call in hand. A name that it does not carry reads as the empty string. */
class MetadataMap extends Map<string, string> {
  current: Metadata = { get: () => undefined }

  override get(name: string): string {
    return this.current.get(name) ?? ''
  }
}

function celMapOf(map: MetadataMap): CelMap {
  const has = (key: unknown): boolean => typeof key === 'string' && map.current.get(key) !== undefined
  return Object.assign(celMap(map), { has })
}
