import type { parse } from '@bufbuild/cel'

/** A parsed CEL expression. */
export type CelExpr = ReturnType<typeof parse>['expr']

/** What an expression of that kind holds: a call, a loop. */
export type CelNode<Kind> = Extract<CelExpr['exprKind'], { readonly case: Kind }>['value']

/** `a.b.c` as its parts; undefined when the expression is anything else. `has(a.b)` counts as `a.b`. */
export function dottedName(expr: CelExpr): readonly string[] | undefined {
  const { exprKind } = expr
  if (exprKind.case === 'identExpr') return [exprKind.value.name]
  if (exprKind.case !== 'selectExpr' || !exprKind.value.operand) return undefined
  const operand = dottedName(exprKind.value.operand)
  return operand && [...operand, exprKind.value.field]
}

/** The arguments of a call of that operator or function, without a target; undefined for anything else. */
export function argumentsOf(expr: CelExpr, name: string): readonly CelExpr[] | undefined {
  const { exprKind } = expr
  return exprKind.case === 'callExpr' && exprKind.value.function === name && !exprKind.value.target
    ? exprKind.value.args
    : undefined
}

/** The names of CEL's operators in parsed expressions. */
export const CelOperator = {
  conditional: '_?_:_',
  and: '_&&_',
  or: '_||_',
  equals: '_==_',
  index: '_[_]',
  in: '@in',
} as const
