import type { CallEnd, Deadline, Peer, Status } from '@spillway/call'
import { fieldList, type Field, type FieldList } from '@spillway/http2'
import type { Upstream } from './upstream.ts'

/** Reads along with the answer of one call, for rules that look into it. Nothing is held back or changed for it. */
export interface AnswerReader {
  /** Longest message that is handed over, in octets; 0 only counts messages, a negative number does not look at them. */
  readonly maxMessageBytes: number
  /**
   * One message of the answer has passed, without its gRPC prefix; undefined when it is longer or compressed. The octets are
   * to be read now: they are overwritten later.
   */
  message(bytes: Uint8Array | undefined): void
  /** The upstream's answer is complete with a status of its own: its trailers. At most once. */
  complete(trailers: FieldList): void
}

/** How a call leaves for its upstream: the request as it came, with these changes. Calls may share one. */
export interface Forwarding {
  /** Drop every field of our own prefix (`spillway-`) that the peer sent, and every member of that prefix in its baggage. */
  readonly isStripped: boolean
  /** Fields to put behind the peer's own. A list that many calls share is encoded once: hand in the same object. */
  readonly added: FieldList
  /** Replaces `:path`, for a rule that sends the call to a cheaper method; undefined keeps it. */
  readonly path: string | undefined
  /** Fields to put in front of the answer's own initial metadata: the mark of a degraded answer. */
  readonly answerHeaders: readonly Field[]
  /** Reads along with the upstream's answer; undefined costs nothing. */
  readonly answerReader: AnswerReader | undefined
}

/** No change at all. */
export const AS_IT_CAME: Forwarding = {
  isStripped: false,
  added: fieldList([]),
  path: undefined,
  answerHeaders: [],
  answerReader: undefined,
}

/** An answer that the sidecar gives by itself. */
export interface Answer {
  readonly status: Status
  /** `grpc-message` as text, percent-encoded by the relay; empty leaves it out. */
  readonly message: string
  /** One serialised reply message without its gRPC prefix; undefined makes the answer trailers-only. */
  readonly reply: Uint8Array | undefined
  readonly headers: readonly Field[]
  /** Behind the status. The relay puts `spillway-origin` in front of them unless it is among them. */
  readonly trailers: readonly Field[]
}

/** How an exchange ended. */
export interface ExchangeEnd extends CallEnd {
  /** It was sent to the upstream. When false the rest tells only what the caller was answered, or that it went away. */
  readonly isForwarded: boolean
  /**
   * The status came from us: an answer, a deadline that passed, an upstream that broke off. `isFromSidecar` is false then:
   * it tells of another sidecar.
   */
  readonly isOwn: boolean
  /** The caller has sent all that it had to say. */
  readonly isRequestComplete: boolean
  readonly requestBytes: number
  readonly responseBytes: number
}

/** The first message of a request, for rules that look into it. */
export type FirstMessage =
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  /** Larger than allowed, compressed, malformed, or the request ended before a whole message came. */
  | { readonly kind: 'unreadable'; readonly reason: 'too_large' | 'compressed' | 'malformed' | 'none' }
  /** The time for it was over and it had not come. */
  | { readonly kind: 'late' }

/**
 * One call as the relay carries it, from complete request headers to the last octet of the answer.
 * Exactly one of `forward` and `answer` is to be called, once, now or later; calls after the end are ignored. A forward
 * whose upstream was unreachable (`unreachable` of the observer) was not carried out: one of the two is owed again.
 */
export interface Exchange {
  /** `/package.Service/Method`, checked. */
  readonly path: string
  readonly authority: string
  /** The request's header fields, pseudo-headers included. */
  readonly metadata: FieldList
  readonly peer: Peer
  /**
   * Shared by calls of one connection whose heads are the same but for their `grpc-timeout`; `note` is room for what the handler
   * has found out about them.
   */
  readonly likeness: { note: unknown }
  /** Monotonic time at which the request headers were complete. */
  readonly arrivedMs: number
  /** What its own `grpc-timeout` allows, in milliseconds; Infinity without one. */
  readonly allowedMs: number
  /** Octets held for it until it is decided on. Bounded by the stream's window, and `maxBytes` of `readFirstMessage`. */
  readonly heldBytes: number
  /**
   * Collects the first message, at most `maxBytes` of it, and hands it over once: now, if it has come already, or when it
   * does. What was collected is forwarded later as it came. At `deadlineMs`, or at one of the listener's limits for calls and
   * first messages when that is earlier, it is `late`. Never called when the call ends, or is decided on, before.
   */
  readFirstMessage(maxBytes: number, deadlineMs: Deadline, receive: (first: FirstMessage) => void): void
  /**
   * Sends it on. At `deadlineMs` it must have ended: the relay writes what is left of that as `grpc-timeout`, and on expiry resets
   * the upstream stream and answers DEADLINE_EXCEEDED.
   */
  forward(upstream: Upstream, forwarding: Forwarding, deadlineMs: Deadline): void
  answer(answer: Answer): void
}

/** Follows one exchange. Nothing is called from inside `CallHandler.opened`: what happens there is told later in the same turn. */
export interface ExchangeObserver {
  /**
   * No endpoint of the upstream could take the call and nothing of it was processed: the connection was refused, or was lost
   * before a stream was opened, maybe after an endpoint had refused the stream. Answer it, or forward it elsewhere.
   */
  unreachable(): void
  /** The first octets of the first response message came from the upstream. At most once. */
  answering(): void
  /** It is over and everything that it held is given back. Exactly once, whatever happened. */
  ended(end: ExchangeEnd): void
}

/** Decides what becomes of the calls that a listener accepts. The relay itself has no policy. */
export interface CallHandler {
  /** A call's headers are complete and well-formed. Returns who follows it. Must not throw. */
  opened(exchange: Exchange): ExchangeObserver
}
