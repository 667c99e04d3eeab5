import type { DescMessage } from '@bufbuild/protobuf'
import { CelOperator, dottedName, type CelExpr, type CelNode } from './cel-syntax.ts'
import type { CelSubject, CelVariable } from './cel-scope.ts'
import { nearest } from './nearest.ts'

/** What the names in an expression say about it. */
export interface CelNames {
  /** The first name that means nothing, with what to do; undefined when all are known. */
  readonly complaint: { readonly message: string; readonly fix: string } | undefined
  readonly used: ReadonlySet<CelVariable>
  /** It goes through a list. */
  readonly hasLoop: boolean
}

/**
 * Looks up every variable, field, message, enum value and function that an expression names, in branches that a
 * default request never reaches as well. CEL itself would notice only when it evaluates them.
 */
export function checkNames(expr: CelExpr, subject: CelSubject): CelNames {
  const checker = new NameChecker(subject)
  checker.visit(expr, new Set(), 0)
  return checker
}

/** Operators that CEL plans by itself instead of looking them up. */
const PLANNED = new Set([
  '_?_:_',
  '_&&_',
  '_||_',
  '_[_]',
  '@not_strictly_false',
  '__not_strictly_false__',
  '_?._',
  '_[?_]',
])
const TYPE_NAMES = new Set(['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type'])
const PEER_FIELDS = ['kind', 'id']

class NameChecker implements CelNames {
  complaint: CelNames['complaint']
  readonly used = new Set<CelVariable>()
  hasLoop = false
  readonly #subject: CelSubject

  constructor(subject: CelSubject) {
    this.#subject = subject
  }

  visit(expr: CelExpr | undefined, bound: ReadonlySet<string>, loops: number): void {
    if (expr === undefined || this.complaint !== undefined) return
    const { exprKind } = expr
    switch (exprKind.case) {
      case 'identExpr':
      case 'selectExpr':
        return this.#name(expr, bound, loops)
      case 'callExpr':
        return this.#call(exprKind.value, bound, loops)
      case 'listExpr':
        for (const element of exprKind.value.elements) this.visit(element, bound, loops)
        return
      case 'structExpr':
        return this.#struct(exprKind.value, bound, loops)
      case 'comprehensionExpr':
        return this.#loop(exprKind.value, bound, loops)
      case 'constExpr':
      case undefined:
    }
  }

  #name(expr: CelExpr, bound: ReadonlySet<string>, loops: number): void {
    const parts = dottedName(expr)
    if (parts === undefined) {
      if (expr.exprKind.case === 'selectExpr') this.visit(expr.exprKind.value.operand, bound, loops)
      return
    }
    const [root = '', ...fields] = parts
    if (bound.has(root)) return
    if (this.#isVariable(root)) return this.#variable(root, fields)
    if (fields.length === 0 ? TYPE_NAMES.has(root) : this.#isDeclaredName(parts)) return
    this.#complain(`there is no ${parts.join('.')}`, nearest(root, this.#subject.variables), 'use one of the variables')
  }

  #isVariable(name: string): name is CelVariable {
    return this.#subject.variables.some((variable) => variable === name)
  }

  /** A message type or an enum value. */
  #isDeclaredName(parts: readonly string[]): boolean {
    const { registry } = this.#subject.scope
    const values = registry.getEnum(parts.slice(0, -1).join('.'))?.values
    return (
      registry.getMessage(parts.join('.')) !== undefined || values?.some((one) => one.name === parts.at(-1)) === true
    )
  }

  #variable(name: CelVariable, fields: readonly string[]): void {
    this.used.add(name)
    const [first] = fields
    if (name === 'request') return this.#fields(this.#subject.request, fields)
    if (name === 'peer' && first !== undefined && !PEER_FIELDS.includes(first))
      this.#complain(`peer has no ${first}`, nearest(first, PEER_FIELDS), 'use peer.kind or peer.id')
    if (name === 'metadata' && first === undefined)
      this.#complain('metadata can only be asked for one name', undefined, "write metadata['name']")
  }

  #fields(message: DescMessage | undefined, names: readonly string[]): void {
    const [name, ...rest] = names
    if (name === undefined || message === undefined || message.typeName.startsWith('google.protobuf.')) return
    const field = message.fields.find((candidate) => candidate.name === name)
    if (field?.fieldKind === 'message') return this.#fields(field.message, rest)
    if (field !== undefined) return
    const known = message.fields.map((candidate) => candidate.name)
    this.#complain(`${message.typeName} has no field ${name}`, nearest(name, known), `use one of ${known.join(', ')}`)
  }

  #call(call: CelNode<'callExpr'>, bound: ReadonlySet<string>, loops: number): void {
    if (!PLANNED.has(call.function) && !this.#subject.scope.hasFunction(call.function))
      return this.#complain(`there is no function ${call.function}`, undefined, 'use a function of CEL')
    this.visit(call.target, bound, loops)
    const [left, right] = call.args
    const isLookup = call.function === CelOperator.index || call.function === CelOperator.in
    const [subject, key] = call.function === CelOperator.in ? [right, left] : [left, right]
    if (isLookup && subject && this.#isMetadata(subject, bound)) return this.#metadataName(key, bound, loops)
    for (const argument of call.args) this.visit(argument, bound, loops)
  }

  #isMetadata(expr: CelExpr, bound: ReadonlySet<string>): boolean {
    const isFree = !bound.has('metadata') && this.#isVariable('metadata')
    return isFree && expr.exprKind.case === 'identExpr' && expr.exprKind.value.name === 'metadata'
  }

  #metadataName(key: CelExpr | undefined, bound: ReadonlySet<string>, loops: number): void {
    this.used.add('metadata')
    this.visit(key, bound, loops)
    const constant = key?.exprKind.case === 'constExpr' ? key.exprKind.value.constantKind : undefined
    if (constant?.case !== 'stringValue' || constant.value === constant.value.toLowerCase()) return
    this.#complain(
      `metadata never has the name '${constant.value}': names are lower case`,
      undefined,
      `write '${constant.value.toLowerCase()}'`,
    )
  }

  #struct(struct: CelNode<'structExpr'>, bound: ReadonlySet<string>, loops: number): void {
    const message = this.#subject.scope.registry.getMessage(struct.messageName.replace(/^\./, ''))
    if (struct.messageName !== '' && message === undefined)
      return this.#complain(`there is no message ${struct.messageName}`, undefined, 'write its full name')
    for (const { keyKind, value } of struct.entries) {
      if (keyKind.case === 'fieldKey') this.#fields(message, [keyKind.value])
      this.visit(value, bound, loops)
    }
  }

  #loop(loop: CelNode<'comprehensionExpr'>, bound: ReadonlySet<string>, loops: number): void {
    this.hasLoop = true
    if (loops > 0) return this.#complain('loops may not be nested', undefined, 'go through one list only')
    this.visit(loop.iterRange, bound, loops)
    const inner = new Set([...bound, loop.iterVar, loop.iterVar2, loop.accuVar])
    for (const part of [loop.accuInit, loop.loopCondition, loop.loopStep, loop.result])
      this.visit(part, inner, loops + 1)
  }

  #complain(message: string, meant: string | undefined, otherwise: string): void {
    this.complaint ??= { message, fix: meant === undefined ? otherwise : `write ${meant}` }
  }
}
