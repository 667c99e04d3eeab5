import { fromBinary, type DescMessage, type Message } from '@bufbuild/protobuf'
import { NEVER_RETRY, PriorityClass, type Refusal } from '@spillway/call'
import { describe, expect, test } from 'vitest'
import { contractOf } from './contract.fixture.ts'
import { StatusDetailsCache } from './status-details-cache.ts'
import { statusDetails } from './status-details.ts'

/** Messages of the same wire form as google/rpc/status.proto and error_details.proto, as far as we use them. */
const { registry } = contractOf({
  'rpc.proto': `syntax = "proto3"; package test.rpc; import "google/protobuf/any.proto"; import "google/protobuf/duration.proto";
    message Status { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3; }
    message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
    message RetryInfo { google.protobuf.Duration retry_delay = 1; }
    message QuotaFailure { repeated Violation violations = 1;
      message Violation { string subject = 1; string description = 2; } }`,
})

function schemaOf(name: string): DescMessage {
  const schema = registry.getMessage(`test.rpc.${name}`)
  if (!schema) throw new Error(`no ${name}`)
  return schema
}

function decode(bytes: Uint8Array): unknown {
  const status: Message & { details?: unknown } = fromBinary(schemaOf('Status'), bytes)
  const details = Array.isArray(status.details) ? status.details : []
  return {
    ...status,
    details: details.map((any: Message & { typeUrl?: string; value?: Uint8Array }) => {
      const name = /^type\.googleapis\.com\/google\.rpc\.(\w+)$/.exec(any.typeUrl ?? '')?.[1] ?? ''
      return fromBinary(schemaOf(name), any.value ?? new Uint8Array())
    }),
  }
}

const context = { service: 'inference', method: '/chat.v1.Chat/Generate' }
const shed: Refusal = {
  kind: 'shed_overload',
  pushbackMs: NEVER_RETRY,
  rank: PriorityClass.batch,
  limit: 8,
  queued: 40,
}

describe('status details', () => {
  test('of a call that was shed name reason, domain, class, limit and queue, and no delay when it should not be retried', () => {
    expect(decode(statusDetails(shed, context))).toMatchObject({
      code: 8,
      message: 'shed under overload',
      details: [
        {
          reason: 'SHED_OVERLOAD',
          domain: 'spillway',
          metadata: {
            service: 'inference',
            method: '/chat.v1.Chat/Generate',
            class: 'batch',
            limit: '8',
            queued: '40',
          },
        },
      ],
    })
  })

  test('of a spent budget say how long to wait and which quota failed', () => {
    const refusal: Refusal = { kind: 'budget_exhausted', pushbackMs: 12_345.2, budget: 'tokens' }
    expect(decode(statusDetails(refusal, { ...context, method: '' }))).toMatchObject({
      code: 8,
      details: [
        { reason: 'BUDGET_EXHAUSTED', metadata: { service: 'inference', budget: 'tokens' } },
        { retryDelay: { seconds: 12n, nanos: 346_000_000 } },
        { violations: [{ subject: 'budget:tokens', description: 'rate budget is spent' }] },
      ],
    })
  })

  test.each<[Refusal, string]>([
    [{ kind: 'draining', pushbackMs: 0 }, 'DRAINING'],
    [{ kind: 'breaker_open', pushbackMs: 900, breaker: 'app Generate' }, 'BREAKER_OPEN'],
    [{ kind: 'upstream_unreachable', pushbackMs: 5, upstream: 'risk' }, 'UPSTREAM_UNREACHABLE'],
    [{ kind: 'queue_timeout', pushbackMs: 5, rank: PriorityClass.critical, waitedMs: 3 }, 'QUEUE_TIMEOUT'],
  ])('of %o carry RetryInfo', (refusal, reason) => {
    expect(decode(statusDetails(refusal, context))).toMatchObject({ details: [{ reason }, { retryDelay: {} }] })
  })
})

describe('the cache of details', () => {
  test('gives the same value for refusals that differ in passing numbers only', () => {
    const cache = new StatusDetailsCache('inference')
    const value = cache.base64({ ...shed, pushbackMs: 101 }, context.method)
    expect(cache.base64({ ...shed, pushbackMs: 109.9 }, context.method)).toBe(value)
    expect(cache.base64({ ...shed, pushbackMs: 101, queued: 41 }, context.method)).not.toBe(value)
    expect(cache.base64({ ...shed, pushbackMs: 111 }, context.method)).not.toBe(value)
    expect(cache.base64({ ...shed, pushbackMs: 101 }, '/chat.v1.Chat/Embed')).not.toBe(value)
    expect(cache.base64({ ...shed, pushbackMs: 101, rank: PriorityClass.critical }, context.method)).not.toBe(value)
  })

  test('tells apart budgets and upstreams', () => {
    const cache = new StatusDetailsCache('inference')
    const budget = (name: string): string => cache.base64({ kind: 'budget_exhausted', pushbackMs: 1, budget: name }, '')
    const upstream = (name: string): string =>
      cache.base64({ kind: 'upstream_unreachable', pushbackMs: 1, upstream: name }, '')
    expect(new Set([budget('a'), budget('b'), upstream('a'), upstream('b')]).size).toBe(4)
  })

  test('writes base64 without padding that never shortens the pushback', () => {
    const cache = new StatusDetailsCache('inference')
    for (const pushbackMs of [0, 1, 10, 11, 999, 5_001]) {
      const value = cache.base64({ kind: 'draining', pushbackMs }, '')
      expect(value).not.toContain('=')
      const rounded = Math.ceil(pushbackMs / 10) * 10
      expect(decode(Buffer.from(value, 'base64'))).toMatchObject({
        details: [{}, { retryDelay: { seconds: BigInt(Math.floor(rounded / 1_000)), nanos: (rounded % 1_000) * 1e6 } }],
      })
    }
  })

  test('forgets everything rather than grow beyond its capacity', () => {
    const cache = new StatusDetailsCache('inference', 2)
    for (let index = 0; index < 10; index++)
      expect(cache.base64({ kind: 'draining', pushbackMs: index * 10 }, '')).not.toBe('')
  })
})
