import type { DescMethod } from '@bufbuild/protobuf'
import { nearest } from './nearest.ts'
import type { FallbackAction, FallbackReason, FallbackRule } from './method-policy.ts'
import type { ProblemList } from './problem-list.ts'
import type { RuleCompiler } from './rule-compiler.ts'
import type { Setting, Settings } from './settings.ts'

/** What the rules of an rpc may refer to. */
export interface FallbackContext {
  readonly method: DescMethod
  /** Every rpc, by path without its leading slash. */
  readonly methods: ReadonlyMap<string, DescMethod>
  readonly compiler: RuleCompiler
  readonly problems: ProblemList
}

/** Reads the `fallback` settings of an rpc, in order; rules that cannot stand are reported and left out. */
export function fallbackRules(settings: readonly Setting[], context: FallbackContext): FallbackRule[] {
  const names = new Map<string, string>()
  const rules: FallbackRule[] = []
  for (const setting of settings) {
    const name = ruleName(setting, names, context.problems)
    const when = setting.group.get('when')?.[0]
    const condition = when && context.compiler.condition(`fallback ${name}: when`, when, true)
    const action = ruleAction(name, setting, context)
    if (action) rules.push({ name, when: condition, on: reasons(setting.group), action })
  }
  return rules
}

function ruleName(rule: Setting, names: Map<string, string>, problems: ProblemList): string {
  const setting = rule.group.get('name')?.[0]
  const name = setting?.text ?? ''
  const place = setting?.place ?? rule.place
  const first = names.get(name)
  if (setting === undefined) problems.error(place, 'fallback: name is missing', 'give the rule a name')
  else if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name))
    problems.error(place, `fallback: "${name}" is no name of a rule`, 'write at most 63 of a-z, 0-9, - and _')
  else if (first !== undefined)
    problems.error(place, `fallback: "${name}" is the name of the rule at ${first} already`, 'write another name')
  names.set(name, place)
  return name
}

const REASONS: Readonly<Record<string, FallbackReason>> = {
  BREAKER_OPEN: 'breaker_open',
  UNREACHABLE: 'unreachable',
  SHED: 'shed',
  BUDGET: 'budget',
}

function reasons(settings: Settings): ReadonlySet<FallbackReason> {
  const written = settings.get('on') ?? []
  if (written.length === 0) return new Set<FallbackReason>(['breaker_open', 'unreachable'])
  return new Set(written.flatMap(({ text }) => REASONS[text] ?? []))
}

function ruleAction(name: string, rule: Setting, context: FallbackContext): FallbackAction | undefined {
  const [reply, method] = [rule.group.get('reply')?.[0], rule.group.get('method')?.[0]]
  if ((reply === undefined) === (method === undefined)) {
    const what = reply === undefined ? 'neither reply nor method is set' : 'reply and method are both set'
    context.problems.error(rule.place, `fallback ${name}: ${what}`, 'set exactly one of reply and method')
    return undefined
  }
  return reply ? replyAction(name, reply, context) : method && methodAction(name, method, context)
}

function replyAction(name: string, setting: Setting, context: FallbackContext): FallbackAction | undefined {
  const { method, compiler, problems } = context
  const key = `fallback ${name}: reply`
  if (method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming') {
    const message = `${key}: ${method.name} takes a stream of requests and cannot be answered`
    problems.error(setting.place, message, 'remove the rule or send the call to another method')
    return undefined
  }
  const reply = compiler.reply(key, setting, method.output)
  return reply && { kind: 'reply', reply }
}

function methodAction(name: string, setting: Setting, context: FallbackContext): FallbackAction | undefined {
  const { method, methods, problems } = context
  const written = setting.text.replace(/^\//, '')
  const target = methods.get(written)
  const key = `fallback ${name}: method`
  if (target === undefined) {
    const meant = nearest(written, methods.keys())
    const fix = meant === undefined ? 'write package.Service/Method' : `write ${meant}`
    problems.error(setting.place, `${key}: there is no rpc ${written}`, fix)
    return undefined
  }
  if (target === method) {
    problems.error(setting.place, `${key}: ${written} would stand in for itself`, 'name another rpc')
    return undefined
  }
  if (signature(target) === signature(method)) return { kind: 'method', path: `/${written}` }
  const message = `${key}: ${written} is ${signature(target)}, this rpc is ${signature(method)}`
  problems.error(setting.place, message, 'name an rpc of the same types')
  return undefined
}

function signature({ methodKind, input, output }: DescMethod): string {
  return `${methodKind.replace('_', '-')} (${input.typeName}) returns (${output.typeName})`
}
