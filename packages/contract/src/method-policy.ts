import { PriorityClass } from '@spillway/call'
import type { Expression, RequestMessage } from './expression.ts'

/** Who streams. */
export type CallShape = 'unary' | 'client_stream' | 'server_stream' | 'bidi_stream'

/** The standard option `idempotency_level`. */
export type Idempotency = 'unknown' | 'idempotent' | 'no_side_effects'

/** `raise`: a call that the condition holds for gets this class when it is more important than the declared one. */
export interface RaiseRule {
  readonly when: Expression<boolean>
  readonly priority: PriorityClass
}

/** When a breaker opens and how it recovers. */
export interface BreakerPolicy {
  /** Opens when strictly more than this share of the calls of the window failed. 0 to 100. */
  readonly errorPercent: number
  /** Never opens with fewer calls than this in the window. */
  readonly minCalls: number
  readonly windowMs: number
  /** How long it stays open the first time. */
  readonly openMs: number
  /** The open time grows up to this while the door stays sick. */
  readonly maxOpenMs: number
  /** How many calls half-open lets in at once, and how many of them must succeed in a row before it closes. */
  readonly probes: number
}

/** A number in a reply message, by its place. */
export interface ReplyField {
  /** As the user wrote it: `usage.total_tokens`. */
  readonly name: string
  /** Its value in a serialised message; undefined when that has none, or none that is above zero. Never throws. */
  read(message: Uint8Array): number | undefined
}

/** How what a call takes from its budget is corrected by what its answer says. */
export interface SettlePolicy {
  /** What is reserved instead of the cost, at most the cost; undefined reserves the cost. */
  readonly estimate: number | Expression<number> | undefined
  /** Trailer that says what the whole call took; empty for none. */
  readonly trailer: string
  /** Field of the answer that says so; undefined for none. */
  readonly total: ReplyField | undefined
  /** What each message of the answer takes; 0 does not count them. */
  readonly perMessage: number | ReplyField
  /** What the request takes in front of the counted messages. */
  readonly input: number | Expression<number>
}

/** How long a call may wait for a seat; undefined leaves it to the sidecar's queue for its class. */
export interface QueuePolicy {
  readonly maxWaitMs: number | undefined
}

/** Why a fallback is asked for; also the value of `reason` in expressions and in `spillway-fallback`. */
export type FallbackReason = 'breaker_open' | 'unreachable' | 'shed' | 'budget'

/** One answer instead of an error. Rules are tried in order; the first that applies answers. */
export interface FallbackRule {
  readonly name: string
  /** Undefined applies always. */
  readonly when: Expression<boolean> | undefined
  readonly on: ReadonlySet<FallbackReason>
  readonly action: FallbackAction
}

/**
 * What a rule does: answer with a message of the reply type (serialised), or send the call to a method of the same
 * types.
 */
export type FallbackAction =
  | { readonly kind: 'reply'; readonly reply: Expression<Uint8Array> }
  | { readonly kind: 'method'; readonly path: string }

/** Where a value of a policy came from. */
export interface Origin {
  readonly source: 'method option' | 'yaml method' | 'service option' | 'yaml default' | 'built-in'
  /** `file:line`; empty for what is built in. */
  readonly place: string
}

/** Everything that the contract says about one rpc, defaults filled in. */
export interface MethodPolicy {
  /** `/package.Service/Method`; empty, as the next two, in the policy of paths that the contract does not know. */
  readonly path: string
  /** `package.Service`. */
  readonly service: string
  readonly method: string
  /** `bidi_stream` for a path that the contract does not know: anything may come. */
  readonly shape: CallShape
  /** False for a path that the contract does not know. */
  readonly isDeclared: boolean
  readonly idempotency: Idempotency
  readonly priority: PriorityClass
  readonly raise: readonly RaiseRule[]
  /** What a call takes from its budget, in the budget's unit; with {@link settle} the most that it can take. */
  readonly cost: number | Expression<number>
  /** Undefined: a call takes its cost, whatever its answer says. */
  readonly settle: SettlePolicy | undefined
  /** What a call takes from the concurrency limit. */
  readonly seats: number | Expression<number>
  /** Name of the budget; empty for none. */
  readonly budget: string
  /** Fairness key; undefined for none. */
  readonly tenant: Expression<string> | undefined
  /** Deadline of calls that bring none; undefined falls back to {@link maxTimeoutMs}. */
  readonly timeoutMs: number | undefined
  /** No call lasts longer, whatever it asks for; undefined for no maximum. */
  readonly maxTimeoutMs: number | undefined
  readonly breaker: BreakerPolicy
  readonly queue: QueuePolicy
  readonly fallbacks: readonly FallbackRule[]
  /** Some expression reads the request message: collect it before the call is decided on. */
  readonly needsRequest: boolean
  /** Longer request messages are not looked into. Lower where a rule goes through a list, whose cost grows with it. */
  readonly maxRequestBytes: number
  /** Full name of the request message; empty when unknown. */
  readonly requestType: string
  /** Full name of the reply message; empty when unknown. */
  readonly replyType: string
  /**
   * Decodes one serialised request message; undefined when it is malformed or too long, or the path is
   * unknown. Never throws.
   */
  decodeRequest(bytes: Uint8Array): RequestMessage | undefined
  /**
   * Where each value came from, by the names of the options: `priority`, `breaker.error_percent`, `fallback`. Every
   * option has an entry.
   */
  readonly origins: ReadonlyMap<string, Origin>
}

/** Opens above 5 % errors with at least 20 calls in 10 s; open for 5 s, growing to a minute; five probes. */
export const DEFAULT_BREAKER: BreakerPolicy = {
  errorPercent: 5,
  minCalls: 20,
  windowMs: 10_000,
  openMs: 5_000,
  maxOpenMs: 60_000,
  probes: 5,
}

/** The class of calls that nobody classified. */
export const DEFAULT_PRIORITY: PriorityClass = PriorityClass.standard
