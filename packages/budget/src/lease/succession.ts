import type { Clock } from '@spillway/clock'
import type { HeirTime, Office } from './office.ts'
import {
  isSaneSuccession,
  type RegionHandOver,
  type SuccessionClaim,
  type SuccessionMessage,
  type SuccessionOffer,
} from './region-hand-over.ts'
import { SendLog, type SendTime } from './send-log.ts'

/** How often an office is offered until somebody claims it, in milliseconds. */
const OFFER_MS = 100

/** A hand-over is sent so many times: a copy does no harm, and a lost one costs an election. */
const COPIES = 3

/** More holders do not go into one message: their region waits. */
const MOST_HOLDERS = 4_096

/** What a leader has left to this process. */
export interface Inheritance {
  readonly handOver: RegionHandOver
  /** When this process claimed it, before it was told. */
  readonly since: SendTime
  /** When it came in, on the monotonic clock, after it was told. */
  readonly receivedMs: number
  readonly until: HeirTime
}

/**
 * How a region's aggregator is followed without a wait. It offers its office; candidates claim it; it picks one, stops, and only
 * then tells that one all that is out. So a ledger has one heir, and who left issues nothing after it. The heir counts from the
 * sending of its claim how long nobody else can be in office, as a holder counts its lease from its report (S1): whatever is lost
 * or late, it goes on where its predecessor stopped only if nobody was in between.
 *
 * Lost messages cost the usual wait for leases to run out, never more.
 */
export class Succession {
  readonly #incarnation: string
  readonly #drift: number
  readonly #clock: Clock
  readonly #claims: SendLog
  #isLeaving = false
  #nextMs = Number.NEGATIVE_INFINITY
  #left: RegionHandOver | undefined
  #copiesLeft = 0
  #claimedOf = ''
  #inheritance: Inheritance | undefined

  /** `incarnation` is that of this process, `drift` the largest relative difference between clocks. */
  constructor(incarnation: string, drift: number, clock: Clock) {
    this.#incarnation = incarnation
    this.#drift = drift
    this.#clock = clock
    this.#claims = new SendLog(clock)
  }

  /** This process is to leave: it offers its office, and takes none over. */
  leave(): void {
    this.#isLeaving = true
  }

  /** What to say now, or undefined. To be asked every 20 to 50 ms. */
  poll(office: Office | undefined): SuccessionMessage | undefined {
    const nowMs = this.#clock.nowMs()
    if (!this.#isLeaving || nowMs < this.#nextMs) return undefined
    this.#nextMs = nowMs + OFFER_MS
    if (office) return { kind: 'offer', incarnation: this.#incarnation, epoch: office.epoch }
    if (this.#copiesLeft === 0) return undefined
    this.#copiesLeft--
    return this.#left
  }

  /** This process would take that office over. Undefined when it is about to leave itself. */
  claim(offer: SuccessionOffer): SuccessionClaim | undefined {
    if (this.#isLeaving || !isSaneSuccession(offer)) return undefined
    this.#claimedOf = offer.incarnation
    return { kind: 'claim', incarnation: offer.incarnation, heir: this.#incarnation, seq: this.#claims.next() }
  }

  /** The office may go to whoever claims it so. */
  accepts(claim: SuccessionClaim): boolean {
    return this.#isLeaving && !this.#left && isSaneSuccession(claim) && claim.incarnation === this.#incarnation
  }

  /** This process has left, and issues nothing any more. Returns what to send; undefined when it is too much for a message. */
  handOver(whole: RegionHandOver): RegionHandOver | undefined {
    this.#left = whole
    const holders = whole.budgets.reduce((sum, { holders }) => sum + holders.length, 0)
    if (holders > MOST_HOLDERS) return undefined
    this.#copiesLeft = COPIES - 1
    return whole
  }

  /** A leader has left to this process what it claimed. Undefined when it was for another one, or has come before. */
  take(handOver: RegionHandOver): Inheritance | undefined {
    const { heir, incarnation, anchor, officeMs } = handOver
    const isOurs = heir === this.#incarnation && incarnation === this.#claimedOf && isSaneSuccession(handOver)
    const since = isOurs ? this.#claims.sentAt(anchor) : undefined
    if (!since || this.#isLeaving || this.#inheritance?.handOver.incarnation === incarnation) return undefined
    const forMs = officeMs * (1 - this.#drift)
    const receivedMs = this.#clock.nowMs()
    const deadMs = receivedMs + officeMs * (1 + this.#drift)
    const until = { monotonicMs: since.monotonicMs + forMs, wallMs: since.wallMs + forMs, deadMs }
    this.#inheritance = { handOver, since, receivedMs, until }
    return this.#inheritance
  }

  /** What was inherited last; it may be too late for it. */
  get inheritance(): Inheritance | undefined {
    return this.#inheritance
  }
}
