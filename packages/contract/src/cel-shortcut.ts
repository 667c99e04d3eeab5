import type { CelValue } from '@bufbuild/cel'
import { CelOperator, argumentsOf, type CelExpr } from './cel-syntax.ts'
import type { ExpressionVariables } from './expression.ts'

/**
 * The program of `metadata['name']` and of `metadata['name'] == 'text'`, by far the most common expressions, without CEL:
 * a tenth of its time on the path of every call. Undefined for any other expression.
 */
export function metadataShortcut(expr: CelExpr): ((variables: ExpressionVariables) => CelValue) | undefined {
  const looked = lookedUp(expr)
  if (looked !== undefined) return ({ metadata }) => metadata.get(looked) ?? ''
  const [left, right] = argumentsOf(expr, CelOperator.equals) ?? []
  const name = left && lookedUp(left)
  const text = right && textOf(right)
  if (name === undefined || text === undefined) return undefined
  return ({ metadata }) => (metadata.get(name) ?? '') === text
}

/** The name in `metadata['name']`. */
function lookedUp(expr: CelExpr): string | undefined {
  const [subject, key] = argumentsOf(expr, CelOperator.index) ?? []
  if (subject?.exprKind.case !== 'identExpr' || subject.exprKind.value.name !== 'metadata') return undefined
  return key && textOf(key)
}

function textOf(expr: CelExpr): string | undefined {
  const constant = expr.exprKind.case === 'constExpr' ? expr.exprKind.value.constantKind : undefined
  return constant?.case === 'stringValue' ? constant.value : undefined
}
