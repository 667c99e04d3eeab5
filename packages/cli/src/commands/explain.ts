import type { FallbackRule } from '@spillway/contract'
import { nearest } from '@spillway/contract/nearest'
import { policyValues, type ConfigSources } from '@spillway/sidecar'
import type { CommandContext } from '../command-context.ts'
import { loadPolicies } from '../load-policies.ts'
import { textTable, type Column } from '../text-table.ts'
import { UserError, userError } from '../user-error.ts'

type Value = ReturnType<typeof policyValues>[number]

const COLUMNS: readonly Column<Value>[] = [
  { title: 'OPTION', text: ({ key }) => key },
  { title: 'VALUE', text: ({ value }) => (value === '' ? '-' : value) },
  { title: 'FROM', text: ({ origin }) => origin },
  { title: 'AT', text: ({ place }) => place },
]

const PRECEDENCE =
  'trusted metadata > raise rule > method option > yaml method > service option > yaml default > built-in'

/** `spillway explain <method>`: the policy in force and where each value came from, read from the files alone. */
export function explain(method: string, sources: ConfigSources, isJson: boolean, { terminal }: CommandContext): number {
  const loaded = loadPolicies(sources)
  if ('problems' in loaded) throw new UserError(loaded.problems)
  const { contract } = loaded.ok
  if (method === '') throw userError('explain', 'the method is an empty text', 'write package.Service/Method')
  const path = method.startsWith('/') ? method : `/${method}`
  const policy = contract.methods.get(path)
  if (policy === undefined) throw unknownMethod(path.slice(1), [...contract.methods.keys()])
  const values = policyValues(policy)
  const rules = policy.fallbacks.map(ruleView)
  if (isJson) terminal.out(`${JSON.stringify({ path, shape: policy.shape, values, fallbacks: rules })}\n`)
  else {
    const table = textTable(COLUMNS, values)
    terminal.out(`${path.slice(1)} (${policy.shape})\n${table}${ruleLines(rules)}class of a call: ${PRECEDENCE}\n`)
  }
  return 0
}

/** A fallback rule as it was written. */
interface RuleView {
  readonly name: string
  readonly on: readonly string[]
  readonly when?: string
  readonly reply?: string
  readonly method?: string
}

function ruleView({ name, on, when, action }: FallbackRule): RuleView {
  const what = action.kind === 'reply' ? { reply: action.reply.source } : { method: action.path.slice(1) }
  return { name, on: [...on], ...(when === undefined ? {} : { when: when.source }), ...what }
}

/** The table has their names; what they say is too long for it. */
function ruleLines(rules: readonly RuleView[]): string {
  return rules
    .map(({ name, on, when, reply, method }) => {
      const condition = when === undefined ? '' : ` when ${when}`
      const action = method === undefined ? `reply ${reply ?? ''}` : `call ${method}`
      return `fallback ${name}: on ${on.join(', ')}${condition}\n  ${action}\n`
    })
    .join('')
}

const MOST_CANDIDATES = 5

/** What may have been meant: a slip of the pen, a part of a name such as the service or the method alone, or anything. */
function candidates(name: string, known: readonly string[]): readonly string[] {
  const meant = nearest(name, known)
  if (meant !== undefined) return [meant]
  const part = name.toLowerCase()
  const holders = known.filter((path) => path.toLowerCase().includes(part))
  return (holders.length > 0 ? holders : known).slice(0, MOST_CANDIDATES)
}

function unknownMethod(name: string, paths: readonly string[]): UserError {
  const known = paths.map((path) => path.slice(1))
  if (known.length === 0) return userError(name, 'no .proto files are configured', 'name them with --proto <folder>')
  const [first = '', ...others] = candidates(name, known)
  const fix = others.length === 0 ? `write ${first}` : `write one of ${[first, ...others].join(', ')}`
  return userError(name, 'there is no such rpc', fix)
}
