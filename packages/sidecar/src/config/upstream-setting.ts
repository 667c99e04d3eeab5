import { z } from 'zod'
import * as kinds from './kinds.ts'
import { group } from './section.ts'
import { optional, required, setting } from './setting.ts'

const endpoint = z.preprocess(
  (value) => (typeof value === 'string' ? { address: value } : value),
  group({
    address: required(kinds.address, 'Where it is'),
    priority: setting(kinds.whole(0, 1_000), 0, '0 is tried first; higher ones only when no lower one can be reached'),
  }),
)

/**
 * One upstream, in any of its forms: `risk.eu:7051`, `[risk.eu:7051, { address: risk.us:7051, priority: 1 }]`, or
 * `{ services: [bank.v1.Risk], endpoints: … }` with either of the two.
 */
export const upstreamSetting = z.preprocess(
  (value) => (typeof value === 'string' || Array.isArray(value) ? { endpoints: value } : value),
  group({
    endpoints: z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(endpoint).min(1)),
    services: setting(kinds.listOf(kinds.text), [], 'Full names of the gRPC services that it serves'),
    limit: optional(kinds.whole(1), 'Calls that it is sent at once; left out: as many as come'),
  }),
)
