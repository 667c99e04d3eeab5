import { REFUSAL_FORMS, type Refusal, type RefusalKind } from '@spillway/call'
import { expect, test } from 'vitest'
import { Score, loadBank, messagesOf } from './bank.fixture.ts'
import { Fallbacks } from './fallbacks.ts'

const open: Refusal = { kind: 'breaker_open', pushbackMs: 1_000, breaker: 'app bank.v1.Risk/Score' }
const unreachable: Refusal = { kind: 'upstream_unreachable', pushbackMs: 1_000, upstream: 'app' }
const refusals: Readonly<Record<RefusalKind, Refusal>> = {
  breaker_open: open,
  upstream_unreachable: unreachable,
  shed_overload: { kind: 'shed_overload', pushbackMs: -1, rank: 3, limit: 10, queued: 5 },
  queue_timeout: { kind: 'queue_timeout', pushbackMs: 10, rank: 2, waitedMs: 50 },
  budget_exhausted: { kind: 'budget_exhausted', pushbackMs: 10, budget: 'scoring' },
  deadline_infeasible: { kind: 'deadline_infeasible', pushbackMs: -1, remainingMs: 0 },
  draining: { kind: 'draining', pushbackMs: 0 },
  priority_not_allowed: { kind: 'priority_not_allowed', pushbackMs: -1, rank: 1 },
}

const SMALL = `fallback: { name: "small" when: "request.amount < 500.0"
  reply: "bank.v1.ScoreReply{verdict: 'APPROVE', by: 'rule', limit: request.amount * 0.5}" }`
const REVIEW = `fallback: { name: "review" reply: "bank.v1.ScoreReply{verdict: 'REVIEW', by: 'rule'}" }`
const CHEAP = `fallback: { name: "cheap" method: "bank.v1.Risk/Cheap" }`

/** The kinds of refusals that get an answer under these rules. */
function answered(rules: string): string[] {
  const score = new Score(rules)
  const kinds = Object.keys(REFUSAL_FORMS) as RefusalKind[]
  return kinds.filter((kind) => new Fallbacks().decide(refusals[kind], score.policy, score.variables()).kind !== 'none')
}

test('answers with the message of the first rule that holds, and says so', () => {
  const score = new Score(SMALL + REVIEW)
  const fallbacks = new Fallbacks()

  const small = fallbacks.decide(open, score.policy, score.variables({ amount: 100 }))
  const large = fallbacks.decide(unreachable, score.policy, score.variables({ amount: 1_000 }))

  expect(small).toMatchObject({ kind: 'reply', rule: 'small', mark: 'rule=small; reason=breaker_open' })
  expect(small.kind === 'reply' && score.read(small.bytes)).toMatchObject({ verdict: 'APPROVE', by: 'rule', limit: 50 })
  expect(large).toMatchObject({ kind: 'reply', rule: 'review', mark: 'rule=review; reason=unreachable' })
  expect(large.kind === 'reply' && score.read(large.bytes)).toMatchObject({ verdict: 'REVIEW' })
})

test('lets the refusal stand when no rule holds, or there is none', () => {
  const score = new Score(SMALL)
  const plain = new Score('priority: STANDARD')

  expect(new Fallbacks().decide(open, score.policy, score.variables({ amount: 500 }))).toEqual({ kind: 'none' })
  expect(new Fallbacks().decide(open, plain.policy, plain.variables())).toEqual({ kind: 'none' })
})

test('answers on an open breaker and an unreachable upstream where a rule says nothing else', () => {
  expect(answered(REVIEW)).toEqual(['breaker_open', 'upstream_unreachable'])
})

test('answers calls that were shed, waited too long or are over budget only where a rule asks for it', () => {
  const reply = `reply: "bank.v1.ScoreReply{verdict: 'REVIEW'}"`

  expect(answered(`fallback: { name: "a" on: SHED ${reply} }`)).toEqual(['shed_overload', 'queue_timeout'])
  expect(answered(`fallback: { name: "a" on: BUDGET ${reply} }`)).toEqual(['budget_exhausted'])
})

test('never answers for a class that is not allowed, a deadline that is over, or a sidecar that drains', () => {
  const on = 'on: BREAKER_OPEN on: UNREACHABLE on: SHED on: BUDGET'

  const kinds = answered(`fallback: { name: "a" ${on} reply: "bank.v1.ScoreReply{verdict: 'REVIEW'}" }`)

  expect(kinds).not.toContain('priority_not_allowed')
  expect(kinds).not.toContain('deadline_infeasible')
  expect(kinds).not.toContain('draining')
  expect(kinds).toHaveLength(5)
})

test('lets rules look at metadata, peer, class and reason', () => {
  const condition = `metadata['x-tier'] == 'gold' && peer.id == 'shop' && class == 'standard' && reason == 'breaker_open'`
  const score = new Score(`fallback: { name: "gold" when: "${condition}" reply: "bank.v1.ScoreReply{by: peer.id}" }`)
  const gold = score.variables({ metadata: { 'x-tier': 'gold' } })
  const fallbacks = new Fallbacks()

  expect(fallbacks.decide(open, score.policy, gold)).toMatchObject({ rule: 'gold' })
  expect(fallbacks.decide(unreachable, score.policy, gold)).toEqual({ kind: 'none' })
  expect(fallbacks.decide(open, score.policy, score.variables())).toEqual({ kind: 'none' })
  expect(fallbacks.decide(open, score.policy, { ...gold, className: 'batch' })).toEqual({ kind: 'none' })
})

test('passes over a rule that fails to evaluate, and counts it with the cause', () => {
  const broken = `fallback: { name: "broken" when: "1 / int(request.amount) > 0" reply: "bank.v1.ScoreReply{}" }`
  const score = new Score(broken + REVIEW)
  const fallbacks = new Fallbacks()

  expect(fallbacks.decide(open, score.policy, score.variables({ amount: 0 }))).toMatchObject({ rule: 'review' })

  expect(fallbacks.counts()).toEqual([
    {
      path: '/bank.v1.Risk/Score',
      rule: 'broken',
      applied: 0,
      unreadable: 0,
      failed: 1,
      lastFailure: expect.stringMatching(/./),
    },
    { path: '/bank.v1.Risk/Score', rule: 'review', applied: 1, unreadable: 0, failed: 0, lastFailure: '' },
  ])
})

test('passes over rules that read a request which is not at hand, and only those', () => {
  const score = new Score(SMALL + REVIEW)
  const fallbacks = new Fallbacks()

  const decision = fallbacks.decide(open, score.policy, { ...score.variables(), request: undefined })

  expect(decision).toMatchObject({ rule: 'review' })
  expect(fallbacks.counts()).toMatchObject([
    { rule: 'small', unreadable: 1, failed: 0 },
    { rule: 'review', applied: 1 },
  ])
})

test('never shows one call what belongs to another', () => {
  const own = `fallback: { name: "own" reply: "bank.v1.ScoreReply{by: metadata['x-account'], verdict: request.account}" }`
  const score = new Score(own)
  const fallbacks = new Fallbacks()
  const replyTo = (account: string): unknown => {
    const variables = score.variables({ account, metadata: account === '' ? {} : { 'x-account': account } })
    const decision = fallbacks.decide(open, score.policy, variables)
    return decision.kind === 'reply' && score.read(decision.bytes)
  }

  expect(replyTo('alice')).toMatchObject({ by: 'alice', verdict: 'alice' })
  expect(replyTo('bob')).toMatchObject({ by: 'bob', verdict: 'bob' })
  expect(replyTo('')).toMatchObject({ by: '', verdict: '' })
})

test('answers a later call afresh, and does not share the bytes of an answer', () => {
  const score = new Score(REVIEW)
  const fallbacks = new Fallbacks()
  const first = fallbacks.decide(open, score.policy, score.variables())
  if (first.kind === 'reply') first.bytes.fill(0)

  const second = fallbacks.decide(open, score.policy, score.variables())

  expect(second.kind === 'reply' && score.read(second.bytes)).toMatchObject({ verdict: 'REVIEW' })
})

test('sends the call to a cheaper method, and to the rules behind when that is of no use', () => {
  const score = new Score(CHEAP + REVIEW)
  const fallbacks = new Fallbacks()

  const first = fallbacks.decide(open, score.policy, score.variables())
  const second = fallbacks.decide(open, score.policy, score.variables(), 'cheap')
  const third = fallbacks.decide(open, score.policy, score.variables(), 'review')

  expect(first).toEqual({
    kind: 'method',
    rule: 'cheap',
    reason: 'breaker_open',
    mark: 'rule=cheap; reason=breaker_open',
    path: '/bank.v1.Risk/Cheap',
  })
  expect(second).toMatchObject({ kind: 'reply', rule: 'review' })
  expect(third).toEqual({ kind: 'none' })
  expect(fallbacks.decide(open, score.policy, score.variables(), 'no such rule')).toEqual({ kind: 'none' })
})

test('answers server-streaming calls too', () => {
  const score = new Score(REVIEW, 'stream')

  expect(new Fallbacks().decide(open, score.policy, score.variables())).toMatchObject({ kind: 'reply', rule: 'review' })
})

test('relies on the contract to turn away answers to streams of requests', () => {
  const rule = `option (spillway.v1.method) = { ${REVIEW} };`

  const loaded = loadBank(`rpc Score (stream ScoreRequest) returns (ScoreReply) { ${rule} }`)

  expect('problems' in loaded ? messagesOf(loaded.problems) : []).toEqual([
    'fallback review: reply: Score takes a stream of requests and cannot be answered',
  ])
})

test.each(['Big', 'a b', 'a;b', 'a\\r\\nb', 'é', ''])(
  'relies on the contract to turn away the name "%s", which a header could not carry',
  (name) => {
    const rule = `option (spillway.v1.method) = { fallback: { name: "${name}" reply: "bank.v1.ScoreReply{}" } };`

    expect('problems' in loadBank(`rpc Score (ScoreRequest) returns (ScoreReply) { ${rule} }`)).toBe(true)
  },
)
