import { NO_DEADLINE, PriorityClass, parseTimeoutMs, type SharedFacts, type Metadata, type Peer } from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import {
  loadContract,
  type Contract,
  type Expression,
  type ExpressionVariables,
  type MethodPolicy,
} from '@spillway/contract'
import type { Arrival, FirstMessage } from './arrival.ts'
import type { Classification, Classified, Findings } from './classification.ts'
import { Classifier } from './classifier.ts'
import { DEFAULT_TOP_SHARE, type TopShareConfig } from './top-share.ts'
import type { TrustConfig } from './trust.ts'

/** For tests: what may be set about a classifier and its one method. */
export interface Setup {
  readonly policy?: Partial<MethodPolicy>
  readonly trust?: Partial<TrustConfig>
  readonly topShare?: Partial<TopShareConfig>
}

/** For tests: peers of each kind. */
export const app: Peer = { kind: 'app', id: 'app' }
export const stranger: Peer = { kind: 'anonymous', id: '10.0.0.7' }
export const gateway: Peer = { kind: 'identity', id: 'spiffe://shop/gateway' }
export const unlisted: Peer = { kind: 'identity', id: 'spiffe://shop/other' }

/** For tests: a classifier with a clock of its own, whose every path has the given policy. */
export class Bench {
  readonly clock = new ManualClock()
  readonly classifier: Classifier

  constructor({ policy, trust, topShare }: Setup = {}) {
    this.classifier = new Classifier({
      contract: contractOf(policy ?? {}),
      trust: {
        appMaximum: PriorityClass.critical,
        identities: new Map([[gateway.id, PriorityClass.standard]]),
        isStrict: false,
        ...trust,
      },
      topShare: { ...DEFAULT_TOP_SHARE, ...topShare },
      clock: this.clock,
    })
  }

  /** Classifies one call; throws when it does not become one. */
  call(metadata: Readonly<Record<string, string>> = {}, peer: Peer = stranger, first?: FirstMessage): Flat {
    return flat(this.classifier.classify(arrival(metadata, peer, this.clock.nowMs()), 'app', first))
  }
}

/** For tests: a call whose headers have just come. */
export function arrival(metadata: Readonly<Record<string, string>>, peer: Peer = stranger, arrivedMs = 0): Arrival {
  const allowedMs = parseTimeoutMs(metadata['grpc-timeout'] ?? '') ?? NO_DEADLINE
  return { path: '/to.v1.T/Do', metadata: metadataOf(metadata), peer, arrivedMs, allowedMs, heldBytes: 10 }
}

/** For tests: a classified call with everything in one place. */
export type Flat = SharedFacts & Findings & Own

type Own = Omit<Classified, 'traits' | 'findings'>

/** For tests: throws when it is no call that may go on. */
export function flat(classification: Classification): Flat {
  if (classification.kind !== 'classified') throw new Error(`the call is ${classification.kind}`)
  const { traits, findings, ...own } = classification
  return Object.assign<object, SharedFacts, Findings, Own>({}, traits, findings, own)
}

/** For tests: an expression that is a function of the variables. */
export function expression<T>(
  value: (variables: ExpressionVariables) => T | undefined,
  reads: { request?: boolean; metadata?: boolean } = {},
): Expression<T> {
  return {
    source: 'test',
    readsRequest: reads.request === true,
    readsMetadata: reads.metadata === true,
    evaluate: (variables) => {
      const ok = value(variables)
      return ok === undefined ? { failed: 'no value' } : { ok }
    },
  }
}

function metadataOf(fields: Readonly<Record<string, string>>): Metadata {
  return { get: (name) => fields[name] }
}

function contractOf(policy: Partial<MethodPolicy>): Contract {
  const empty = loadContract({ paths: [], budgets: [] })
  if (!('ok' in empty)) throw new Error('the empty contract does not load')
  const merged = { ...empty.ok.policyOf('/'), ...policy }
  return { ...empty.ok, policyOf: () => merged }
}
