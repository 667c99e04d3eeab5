import { isCelError, parse } from '@bufbuild/cel'
import { create, type Registry } from '@bufbuild/protobuf'
import { checkNames, type CelNames } from './cel-names.ts'
import { metadataShortcut } from './cel-shortcut.ts'
import type { CelSubject } from './cel-scope.ts'
import { CelOperator, argumentsOf, type CelExpr } from './cel-syntax.ts'
import { BOOL, shownValue, type CelType } from './cel-type.ts'
import type { Evaluation, Expression, ExpressionVariables } from './expression.ts'

/** The longest expression, in characters. */
export const MAX_EXPRESSION_LENGTH = 2_000

/** An expression that can be used, or what is wrong with it. */
export type Compilation<T> = { readonly ok: CompiledExpression<T> } | { readonly message: string; readonly fix: string }

/** An expression with what its cost depends on. */
export interface CompiledExpression<T> extends Expression<T> {
  /** It goes through a list, so that its cost grows with the request. */
  readonly hasLoop: boolean
}

/**
 * Compiles CEL and proves that it yields that type: all of its names exist, and each branch, evaluated on a default
 * request and a call without metadata, gives the type, or fails for its values (an index beyond an empty list), never
 * for its types.
 */
export function compileCel<T>(source: string, type: CelType<T>, subject: CelSubject): Compilation<T> {
  if (source.length > MAX_EXPRESSION_LENGTH)
    return {
      message: `the expression has ${source.length} characters (allowed: ${MAX_EXPRESSION_LENGTH})`,
      fix: 'shorten it',
    }
  const parsed = parseCel(source)
  if ('message' in parsed) return parsed
  const names = checkNames(parsed.ok, subject)
  if (names.complaint !== undefined) return names.complaint
  const isProvable = subject.request !== undefined || !names.used.has('request')
  const complaint = isProvable ? prove(parsed.ok, type, subject) : undefined
  return complaint ?? { ok: compiled(source, parsed.ok, type, names, subject) }
}

function parseCel(source: string): { ok: CelExpr } | { message: string; fix: string } {
  try {
    return { ok: parse(source).expr }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const reason = text
      .replace(/^<input>:1:(\d+): /, 'column $1: ')
      .replace(/ but expecting [^]*$/, ' is not expected there')
    return { message: `${JSON.stringify(source)} is no CEL expression (${reason})`, fix: 'correct the syntax' }
  }
}

function compiled<T>(
  source: string,
  expr: CelExpr,
  type: CelType<T>,
  names: CelNames,
  subject: CelSubject,
): CompiledExpression<T> {
  const program = metadataShortcut(expr) ?? subject.scope.compile(expr)
  const readsRequest = names.used.has('request')
  const evaluate = (variables: ExpressionVariables): Evaluation<T> => {
    if (readsRequest && variables.request === undefined) return NO_REQUEST
    try {
      const value = program(variables)
      if (isCelError(value)) return { failed: value.message }
      const ok = type.convert(value)
      return ok === undefined ? { failed: `yielded ${shownValue(value)}, not ${type.name}` } : { ok }
    } catch (error) {
      return { failed: error instanceof Error ? error.message : String(error) }
    }
  }
  return { source, readsRequest, readsMetadata: names.used.has('metadata'), hasLoop: names.hasLoop, evaluate }
}

const NO_REQUEST: Evaluation<never> = { failed: 'the request message is not at hand' }

/** The first branch that yields the wrong type; undefined when all are right as far as can be told. */
function prove<T>(expr: CelExpr, type: CelType<T>, subject: CelSubject): { message: string; fix: string } | undefined {
  const variables = defaultVariables(subject)
  for (const [branch, wanted] of branches(expr, type)) {
    const value = subject.scope.compile(branch)(variables)
    if (isCelError(value)) {
      if (isTypeError(value.message)) {
        const fix = enumFix(value.message, subject.scope.registry) ?? `write CEL that yields ${wanted.name}`
        return { message: value.message, fix }
      }
    } else if (wanted.convert(value) === undefined) {
      return { message: `the expression yields ${shownValue(value)}`, fix: `write CEL that yields ${wanted.name}` }
    }
  }
  return undefined
}

/** The parts that `? :`, `&&` and `||` choose among, each with the type that it must have. */
function* branches(expr: CelExpr, type: CelType<unknown>): Generator<readonly [CelExpr, CelType<unknown>]> {
  const [condition, whenTrue, whenFalse] = argumentsOf(expr, CelOperator.conditional) ?? []
  const operands = argumentsOf(expr, CelOperator.and) ?? argumentsOf(expr, CelOperator.or)
  if (condition && whenTrue && whenFalse) {
    yield* branches(condition, BOOL)
    yield* branches(whenTrue, type)
    yield* branches(whenFalse, type)
  } else if (operands) {
    for (const operand of operands) yield* branches(operand, BOOL)
    yield [expr, type]
  } else {
    yield [expr, type]
  }
}

/** Errors that no value could mend, by the words of the library and of its message builder. */
function isTypeError(message: string): boolean {
  return /no matching overload|^unresolved attribute|^Expected .* but got |^Unknown field |out of range$/.test(message)
}

/** CEL wants the full name of an enum value; what people write first is its name as a text. */
function enumFix(message: string, registry: Registry): string | undefined {
  const [, type = '', name = ''] = /^Expected int but got string for message (.+)\.(\w+)$/.exec(message) ?? []
  const enumeration = registry.getMessage(type)?.fields.find((field) => field.name === name)?.enum
  const last = enumeration?.values.at(-1)
  return enumeration && last && `write an enum value by its full name: ${enumeration.typeName}.${last.name}`
}

function defaultVariables(subject: CelSubject): ExpressionVariables {
  return {
    request: subject.request && create(subject.request),
    metadata: { get: () => undefined },
    peer: { kind: 'anonymous', id: '' },
    className: 'standard',
    reason: 'breaker_open',
  }
}
