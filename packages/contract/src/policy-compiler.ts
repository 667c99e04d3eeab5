import { fromBinary, type DescMethod, type Message } from '@bufbuild/protobuf'
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt'
import { fallbackRules } from './fallback-rules.ts'
import type { Layers } from './layers.ts'
import {
  DEFAULT_PRIORITY,
  type CallShape,
  type Idempotency,
  type MethodPolicy,
  type Origin,
  type RaiseRule,
} from './method-policy.ts'
import { nearest } from './nearest.ts'
import type { CelScope } from './cel-scope.ts'
import type { ProblemList } from './problem-list.ts'
import { RuleCompiler } from './rule-compiler.ts'
import type { Setting } from './settings.ts'
import { settlePolicy } from './settle-policy.ts'
import { breakerPolicy, classOf, durationMs } from './setting-values.ts'

/** What the policies of a contract have in common. */
export interface CompilerContext {
  readonly scope: CelScope
  readonly budgets: readonly string[]
  /** Every rpc, by path without its leading slash. */
  readonly methods: ReadonlyMap<string, DescMethod>
  readonly problems: ProblemList
}

/** The longest request message that rules look into, in bytes. */
export const MAX_REQUEST_BYTES = 65_536

/** The same for a policy with a rule that goes through a list, whose cost grows with the message. */
const MAX_LOOPED_REQUEST_BYTES = 4_096

/**
 * Makes the policy of an rpc of its settings; without an rpc, that of all paths that the contract does not know. What
 * cannot stand is reported and replaced by the default.
 */
export function compilePolicy(method: DescMethod | undefined, layers: Layers, context: CompilerContext): MethodPolicy {
  const { problems } = context
  const compiler = new RuleCompiler(method?.input, context.scope, problems)
  const tenant = layers.one('tenant')
  const settings = {
    priority: classOf(layers.one('priority')) ?? DEFAULT_PRIORITY,
    raise: raiseRules(layers, compiler, problems),
    cost: compiler.amount('cost', layers.one('cost')),
    settle: settlePolicy(layers, { method, compiler, problems }),
    seats: compiler.amount('seats', layers.one('seats')),
    budget: budgetOf(layers, context),
    tenant: tenant && compiler.key('tenant', tenant),
    ...timeouts(layers, problems),
    breaker: breakerPolicy(layers, problems),
    queue: { maxWaitMs: durationMs('queue.max_wait', layers.one('queue.max_wait'), problems) },
    fallbacks: method ? fallbackRules(layers.all('fallback'), { ...context, method, compiler }) : [],
    origins: originsOf(layers),
  }
  return { ...identityOf(method), ...settings, ...requestReading(method, compiler) }
}

function identityOf(method: DescMethod | undefined): PolicyIdentity {
  if (method === undefined) return UNKNOWN
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    service: method.parent.typeName,
    method: method.name,
    shape: SHAPES[method.methodKind],
    isDeclared: true,
    idempotency: idempotencyOf(method),
    requestType: method.input.typeName,
    replyType: method.output.typeName,
  }
}

type PolicyIdentity = Pick<
  MethodPolicy,
  'path' | 'service' | 'method' | 'shape' | 'isDeclared' | 'idempotency' | 'requestType' | 'replyType'
>

const UNKNOWN: PolicyIdentity = {
  path: '',
  service: '',
  method: '',
  shape: 'bidi_stream',
  isDeclared: false,
  idempotency: 'unknown',
  requestType: '',
  replyType: '',
}

function requestReading(
  method: DescMethod | undefined,
  { expressions }: RuleCompiler,
): Pick<MethodPolicy, 'needsRequest' | 'maxRequestBytes' | 'decodeRequest'> {
  const maxRequestBytes = expressions.some((one) => one.hasLoop) ? MAX_LOOPED_REQUEST_BYTES : MAX_REQUEST_BYTES
  const decodeRequest = (bytes: Uint8Array): Message | undefined =>
    method === undefined || bytes.length > maxRequestBytes ? undefined : decode(method, bytes)
  const needsRequest = method !== undefined && expressions.some((one) => one.readsRequest)
  return { needsRequest, maxRequestBytes, decodeRequest }
}

function decode(method: DescMethod, bytes: Uint8Array): Message | undefined {
  try {
    return fromBinary(method.input, bytes, { readUnknownFields: false })
  } catch {
    return undefined
  }
}

const SHAPES: Readonly<Record<DescMethod['methodKind'], CallShape>> = {
  unary: 'unary',
  client_streaming: 'client_stream',
  server_streaming: 'server_stream',
  bidi_streaming: 'bidi_stream',
}

function idempotencyOf({ idempotency }: DescMethod): Idempotency {
  if (idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS) return 'no_side_effects'
  return idempotency === MethodOptions_IdempotencyLevel.IDEMPOTENT ? 'idempotent' : 'unknown'
}

function raiseRules(layers: Layers, compiler: RuleCompiler, problems: ProblemList): RaiseRule[] {
  return layers.all('raise').flatMap(({ group, place }) => {
    const [when, priority] = [group.get('when')?.[0], group.get('priority')?.[0]]
    if (when === undefined) problems.error(place, 'raise: when is missing', 'write the condition')
    if (priority === undefined) problems.error(place, 'raise: priority is missing', 'write the class')
    const condition = when && compiler.condition('raise: when', when)
    const rank = classOf(priority)
    if (priority !== undefined) warnOfIdleRaise(priority, layers, problems)
    return condition && rank !== undefined ? [{ when: condition, priority: rank }] : []
  })
}

/** A rule that stands beside a declaration as important as itself, or more so, was meant differently. */
function warnOfIdleRaise(raised: Setting, layers: Layers, problems: ProblemList): void {
  const declared = layers.one('priority')
  const [rank, base] = [classOf(raised), classOf(declared)]
  if (declared === undefined || rank === undefined || base === undefined || rank < base) return
  if (layers.origin('raise').source !== layers.origin('priority').source) return
  const message = `raise: ${raised.text} is not above ${declared.text}, which the call has anyway, so the rule never applies`
  problems.warning(raised.place, message, 'raise to a more important class, or remove the rule')
}

function budgetOf(layers: Layers, { budgets, problems }: CompilerContext): string {
  const setting = layers.one('budget')
  const name = setting?.text ?? ''
  if (setting === undefined || budgets.includes(name)) return name
  const meant = nearest(name, budgets)
  const known = budgets.length === 0 ? 'none is' : `configured: ${budgets.join(', ')}`
  const fix = meant === undefined ? `add ${name} to budgets in spillway.yaml` : `write ${meant}`
  problems.error(setting.place, `budget: ${name} is not configured (${known})`, fix)
  return ''
}

function timeouts(layers: Layers, problems: ProblemList): Pick<MethodPolicy, 'timeoutMs' | 'maxTimeoutMs'> {
  const [timeout, maximum] = [layers.one('timeout'), layers.one('max_timeout')]
  const timeoutMs = durationMs('timeout', timeout, problems)
  const maxTimeoutMs = durationMs('max_timeout', maximum, problems)
  if (timeout && maximum && timeoutMs !== undefined && maxTimeoutMs !== undefined && timeoutMs > maxTimeoutMs)
    problems.error(
      timeout.place,
      `timeout: "${timeout.text}" is longer than max_timeout "${maximum.text}"`,
      'make it shorter',
    )
  return { timeoutMs, maxTimeoutMs }
}

/** The names of all options, in the order of `spillway.v1.MethodPolicy`. */
const OPTION_KEYS = [
  'priority',
  'raise',
  'cost',
  'seats',
  'budget',
  'tenant',
  'timeout',
  'max_timeout',
  'breaker.error_percent',
  'breaker.min_calls',
  'breaker.window',
  'breaker.open',
  'breaker.max_open',
  'breaker.probes',
  'queue.max_wait',
  'fallback',
  'settle.estimate',
  'settle.trailer',
  'settle.total',
  'settle.per_message',
  'settle.input',
]

function originsOf(layers: Layers): ReadonlyMap<string, Origin> {
  return new Map(OPTION_KEYS.map((key) => [key, layers.origin(key)]))
}
