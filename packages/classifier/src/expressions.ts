import type { Metadata, Peer } from '@spillway/call'
import type { Expression, ExpressionVariables, RequestMessage } from '@spillway/contract'
import type { Counts } from './counts.ts'

const NO_METADATA: Metadata = { get: () => undefined }
const NOBODY: Peer = { kind: 'anonymous', id: '' }

/** The variables of the call in hand, written over for each call: expressions are evaluated on the spot. */
export class CallExpressions implements ExpressionVariables {
  request: RequestMessage | undefined
  metadata: Metadata = NO_METADATA
  peer: Peer = NOBODY
  readonly className = ''
  readonly reason = ''
  readonly #counts: Counts

  constructor(counts: Counts) {
    this.#counts = counts
  }

  begin(metadata: Metadata, peer: Peer, request: RequestMessage | undefined): void {
    this.metadata = metadata
    this.peer = peer
    this.request = request
  }

  /** Lets go of the call. */
  end(): void {
    this.begin(NO_METADATA, NOBODY, undefined)
  }

  /** The value, or `otherwise` when there is none. */
  value<T>(expression: Expression<T>, otherwise: T): T {
    if (expression.readsRequest && this.request === undefined) return otherwise
    const result = expression.evaluate(this)
    if ('ok' in result) return result.ok
    this.#counts.failedExpressions++
    return otherwise
  }

  /** A plain number as it is, an expression evaluated; 1 when it has no value. */
  amount(amount: number | Expression<number>): number {
    return typeof amount === 'number' ? amount : this.value(amount, 1)
  }
}
