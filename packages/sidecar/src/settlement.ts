import { Status, type Call, type Gates } from '@spillway/call'
import type { SettlePolicy } from '@spillway/contract'
import type { FieldList } from '@spillway/http2'
import type { AnswerReader, ExchangeEnd } from '@spillway/relay'

/** Longest message that is looked into, in octets. */
const MAX_MESSAGE_BYTES = 65_536

/** The most that one call can be said to have taken: what is larger is a mistake, and would be a debt for years. */
const MOST_TOLD = 1e9

/**
 * Reads along with the answer of one call what the call takes from its budget. While it runs, `spent` of the call grows and
 * the gates are told as soon as it is more than was taken; at its end `spent` is what is known, or nothing.
 */
export class Settlement implements AnswerReader {
  readonly maxMessageBytes: number
  readonly #policy: SettlePolicy
  readonly #call: Call
  readonly #gates: Gates
  #counted: number
  /** A message that should have said what it took could not be read. */
  #isCountDoubtful = false
  #total: number | undefined
  #told: number | undefined
  #isComplete = false

  /** `input` is what the request itself took, in front of what is counted. */
  constructor(policy: SettlePolicy, input: number, call: Call, gates: Gates) {
    this.#policy = policy
    this.#call = call
    this.#gates = gates
    this.#counted = input
    this.maxMessageBytes = bytesToRead(policy)
  }

  message(bytes: Uint8Array | undefined): void {
    const { perMessage, total } = this.#policy
    if (typeof perMessage === 'number') this.#counted += perMessage
    else if (bytes === undefined) this.#isCountDoubtful = true
    else this.#counted += perMessage.read(bytes) ?? 0
    if (total !== undefined && bytes !== undefined) this.#total = sane(total.read(bytes)) ?? this.#total
    this.#spend(this.#total ?? this.#counted)
  }

  complete(trailers: FieldList): void {
    const { trailer } = this.#policy
    this.#isComplete = true
    this.#told = trailer === '' ? undefined : parseAmount(trailers.get(trailer))
  }

  /** The call is over, and leaves its gates next. Returns whether what it spent is known. */
  end(end: ExchangeEnd): boolean {
    if (!end.isForwarded) {
      this.#call.spent = 0
      return true
    }
    const known = this.#told ?? this.#total ?? this.#countedInFull()
    // An app that breaks off may have done more than it sent; one that was told to stop has not.
    const isWhole =
      this.#isComplete || end.isCancelledByCaller || (end.isOwn && end.status === Status.DEADLINE_EXCEEDED)
    if (known === undefined || !isWhole) {
      this.#call.spent = -1
      return false
    }
    this.#spend(known)
    return true
  }

  #countedInFull(): number | undefined {
    return this.#policy.perMessage === 0 || this.#isCountDoubtful ? undefined : this.#counted
  }

  #spend(spent: number): void {
    this.#call.spent = Math.min(spent, MOST_TOLD)
    if (this.#call.spent > this.#call.budgetTaken) this.#gates.charge(this.#call)
  }
}

function bytesToRead({ total, perMessage }: SettlePolicy): number {
  if (total !== undefined || typeof perMessage !== 'number') return MAX_MESSAGE_BYTES
  return perMessage === 0 ? -1 : 0
}

function parseAmount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}(\.\d{1,9})?$/.test(text) ? sane(Number(text)) : undefined
}

function sane(amount: number | undefined): number | undefined {
  return amount !== undefined && amount <= MOST_TOLD ? amount : undefined
}
