import type { Refusal } from '@spillway/call'

/** What the details say besides the refusal itself. */
export interface DetailsContext {
  /** Name of the service that refuses. */
  readonly service: string
  /** Path of the call. */
  readonly method: string
}

/**
 * The serialised `google.rpc.Status` for `grpc-status-details-bin`: ErrorInfo (reason of the table, domain `spillway`,
 * metadata), RetryInfo when there is a pushback, QuotaFailure when a budget is spent.
 */
export declare function statusDetails(refusal: Refusal, context: DetailsContext): Uint8Array
