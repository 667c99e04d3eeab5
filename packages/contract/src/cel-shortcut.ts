import type { CelValue } from '@bufbuild/cel'
import { CelOperator, argumentsOf, type CelExpr } from './cel-syntax.ts'
import type { ExpressionVariables } from './expression.ts'

/**
 * The program of `metadata['name']`, by far the most common expression, without CEL: a tenth of its time on the path
 * of every call. Undefined for any other expression.
 */
export function metadataLookup(expr: CelExpr): ((variables: ExpressionVariables) => CelValue) | undefined {
  const [subject, key] = argumentsOf(expr, CelOperator.index) ?? []
  if (subject?.exprKind.case !== 'identExpr' || subject.exprKind.value.name !== 'metadata') return undefined
  const constant = key?.exprKind.case === 'constExpr' ? key.exprKind.value.constantKind : undefined
  if (constant?.case !== 'stringValue') return undefined
  const name = constant.value
  return (variables) => variables.metadata.get(name) ?? ''
}
