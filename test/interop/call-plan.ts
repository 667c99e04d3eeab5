import * as fc from 'fast-check'

/** Name and value of a metadata entry; the value of a `-bin` name in base64. */
export type Entry = readonly [name: string, value: string]

/** What both ends of a call do, so that it can be done twice and compared. */
export interface CallPlan {
  readonly metadata: readonly Entry[]
  /** Sizes of the messages that the client sends. */
  readonly requests: readonly number[]
  /** Sizes of the messages that the server sends. */
  readonly replies: readonly number[]
  /**
   * When the server replies: at once, one reply for each request, or after the half-close. `never` it neither replies nor
   * ends.
   */
  readonly replyTime: 'at_once' | 'each' | 'at_end' | 'never'
  /** The server ends the call without waiting for the half-close. */
  readonly endsEarly: boolean
  readonly initial: readonly Entry[]
  readonly trailers: readonly Entry[]
  readonly code: number
  readonly details: string
  /** What the client does besides sending: half-close at once or when a reply has come, cancel, or let its time run out. */
  readonly client: 'half_closes' | 'half_closes_after_reply' | 'cancels_at_once' | 'cancels_after_reply' | 'times_out'
}

const name = fc
  .string({ unit: fc.constantFrom('a', 'b', 'y', 'z', '0', '9', '-', '_', '.'), minLength: 1, maxLength: 12 })
  .map((rest) => `x-${rest}`)
  .filter((name) => !name.endsWith('-bin'))
const text = fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).map((value) => value.trim())
const octets = fc.uint8Array({ maxLength: 60 }).map((value) => Buffer.from(value).toString('base64'))
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.tuple(name, text),
  fc.tuple(
    name.map((name) => `${name}-bin`),
    octets,
  ),
)
const entries = fc.array(entry, { maxLength: 6 })

const size = fc.oneof(
  { weight: 6, arbitrary: fc.nat(300) },
  { weight: 2, arbitrary: fc.nat(20_000) },
  { weight: 1, arbitrary: fc.nat(200_000) },
)
const one = fc.tuple(size)
const several = fc.array(size, { maxLength: 6 })

const shape: fc.Arbitrary<Pick<CallPlan, 'requests' | 'replies' | 'replyTime'>> = fc.oneof(
  fc.record({ requests: one, replies: one, replyTime: fc.constant('at_end' as const) }),
  fc.record({ requests: several, replies: one, replyTime: fc.constant('at_end' as const) }),
  fc.record({ requests: one, replies: several, replyTime: fc.constant('at_end' as const) }),
  fc.record({
    requests: several,
    replies: several,
    replyTime: fc.constantFrom('at_once' as const, 'each' as const, 'at_end' as const),
  }),
)

const client: fc.Arbitrary<CallPlan['client']> = fc.oneof(
  { weight: 10, arbitrary: fc.constant('half_closes' as const) },
  { weight: 5, arbitrary: fc.constant('half_closes_after_reply' as const) },
  { weight: 2, arbitrary: fc.constantFrom('cancels_at_once' as const, 'cancels_after_reply' as const) },
  { weight: 1, arbitrary: fc.constant('times_out' as const) },
)

const code = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 16 }) },
)

/** Any call that comes to an end. */
export const callPlan: fc.Arbitrary<CallPlan> = fc
  .record({
    metadata: entries,
    shape,
    endsEarly: fc.boolean(),
    initial: entries,
    trailers: entries,
    code,
    details: fc.string({ unit: 'grapheme', maxLength: 30 }),
    client,
  })
  .map(({ shape, ...rest }) => settle({ ...rest, ...shape }))

/** Takes out what would wait for ever, and what says nothing. */
function settle(plan: CallPlan): CallPlan {
  const isCutOff = plan.client === 'times_out' || plan.client === 'cancels_at_once'
  const replyTime = isCutOff ? 'never' : plan.replyTime
  const replies = replyTime === 'each' ? plan.replies.slice(0, plan.requests.length) : plan.replies
  const isAnswered = replies.length > 0 && (replyTime === 'at_once' || replyTime === 'each')
  const waits = plan.client === 'half_closes_after_reply' || plan.client === 'cancels_after_reply'
  return {
    ...plan,
    replyTime,
    replies,
    client: waits && !isAnswered ? 'half_closes' : plan.client,
    // A server that has ended the call cannot be seen to be cancelled, and need not be seen to read.
    endsEarly: plan.endsEarly && replyTime === 'at_once' && plan.client !== 'cancels_after_reply',
  }
}
