import type { DescMethod } from '@bufbuild/protobuf'
import { OWN_PREFIX } from '@spillway/call'
import type { Layers } from './layers.ts'
import type { ReplyField, SettlePolicy } from './method-policy.ts'
import type { ProblemList } from './problem-list.ts'
import { findReplyField } from './reply-field.ts'
import type { RuleCompiler } from './rule-compiler.ts'
import type { Setting } from './settings.ts'

/** What the settlement of an rpc may refer to; of paths that the contract does not know there is no method. */
export interface SettleContext {
  readonly method: DescMethod | undefined
  readonly compiler: RuleCompiler
  readonly problems: ProblemList
}

/** Reads the `settle` settings of an rpc; undefined when nothing is set. What cannot stand is reported and left out. */
export function settlePolicy(layers: Layers, context: SettleContext): SettlePolicy | undefined {
  const one = (key: string): Setting | undefined => layers.one(`settle.${key}`)
  const [estimate, trailer, total, perMessage, input] = ['estimate', 'trailer', 'total', 'per_message', 'input'].map(
    one,
  )
  const sources = [trailer, total, perMessage]
  const any = [estimate, input, ...sources].find((setting) => setting !== undefined)
  if (any === undefined) return undefined
  const { compiler, problems } = context
  reportLonely(layers, problems)
  return {
    estimate: estimate && compiler.amount('settle.estimate', estimate),
    trailer: trailer === undefined ? '' : trailerName(trailer, problems),
    total: total && replyField('settle.total', total, context),
    perMessage: perMessage === undefined ? 0 : countOf(perMessage, context),
    input: input === undefined ? 0 : compiler.amount('settle.input', input),
  }
}

/** Settings that mean nothing without another one. */
function reportLonely(layers: Layers, problems: ProblemList): void {
  const [estimate, input] = [layers.one('settle.estimate'), layers.one('settle.input')]
  const [trailer, total, perMessage] = ['trailer', 'total', 'per_message'].map((key) => layers.one(`settle.${key}`))
  const source = trailer ?? total ?? perMessage
  if (input !== undefined && perMessage === undefined)
    problems.error(input.place, 'settle.input: no messages are counted', 'set settle.per_message too')
  if (estimate !== undefined && source === undefined) {
    const fix = 'set settle.trailer, settle.total or settle.per_message too'
    problems.error(estimate.place, 'settle.estimate: nothing tells what a call took', fix)
  }
  if (source !== undefined && layers.one('budget') === undefined)
    problems.error(source.place, 'settle: there is no budget to settle with', 'set budget too, or remove settle')
}

function trailerName({ text, place }: Setting, problems: ProblemList): string {
  const isName = /^[a-z0-9][a-z0-9_.-]{0,127}$/.test(text)
  if (!isName) {
    const message = `settle.trailer: "${text}" is no name of a trailer (lower-case letters, digits, -, _ and .)`
    problems.error(place, message, 'write a name like "x-tokens"')
  } else if (text.startsWith('grpc-') || text.startsWith(OWN_PREFIX) || text.endsWith('-bin')) {
    const message = `settle.trailer: "${text}" cannot carry a number of the app`
    problems.error(place, message, 'write a name like "x-tokens"')
  }
  return text
}

function countOf(setting: Setting, context: SettleContext): number | ReplyField {
  const text = setting.text.trim()
  if (!/^-?\d+(\.\d+)?$/.test(text)) return replyField('settle.per_message', setting, context) ?? 0
  if (Number(text) > 0) return Number(text)
  context.problems.error(
    setting.place,
    `settle.per_message: ${text} should be above 0`,
    'write a number such as "1", or a field',
  )
  return 0
}

function replyField(key: string, { text, place }: Setting, context: SettleContext): ReplyField | undefined {
  if (context.method === undefined) return undefined
  const found = findReplyField(text.trim(), context.method.output)
  if ('ok' in found) return found.ok
  context.problems.error(place, `${key}: ${found.message}`, found.fix)
  return undefined
}
