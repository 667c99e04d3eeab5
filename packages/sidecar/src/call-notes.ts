import { BAGGAGE, CALLER_CLASSES, COHORTS, MetadataName, formatClassTag, type CallTraits } from '@spillway/call'
import { field, fieldList, type FieldList } from '@spillway/http2'
import type { Forwarding } from '@spillway/relay'

/** By level: class and cohort as metadata, and again as a member of the baggage. Shared, so that HPACK knows them again. */
const BY_LEVEL: readonly Forwarding[] = CALLER_CLASSES.flatMap((rank) =>
  Array.from({ length: COHORTS }, (_, cohort) => {
    const tag = formatClassTag({ rank, cohort })
    return adding(fieldList([field(MetadataName.class, tag), field(BAGGAGE, `${MetadataName.class}=${tag}`)]))
  }),
)

/** Tenants whose forwardings are remembered; they are the callers' to choose, so their number is bounded. */
const CAPACITY = 1_024

const NOTHING_ADDED = adding(fieldList([]))

/**
 * How calls leave: without what their peers say of themselves under our prefix, with what we say of them: class, cohort and
 * tenant. Calls of which the same is said share one forwarding.
 */
export class Forwardings {
  /** By tenant, the forwarding of the level that its latest call had: a tenant has one cohort, and mostly one class. */
  readonly #latest = new Map<string, { readonly level: number; readonly forwarding: Forwarding }>()

  /** Adds nothing for the `system` class. */
  of({ level, tenant }: Pick<CallTraits, 'level' | 'tenant'>): Forwarding {
    const forwarding = BY_LEVEL[level]
    if (forwarding === undefined) return NOTHING_ADDED
    return tenant === '' ? forwarding : this.#withTenant(forwarding, level, tenant)
  }

  #withTenant({ added }: Forwarding, level: number, tenant: string): Forwarding {
    const latest = this.#latest.get(tenant)
    if (latest?.level === level) return latest.forwarding
    if (latest === undefined && this.#latest.size >= CAPACITY) this.#latest.clear()
    const forwarding = adding(fieldList([...added.fields, field(MetadataName.tenant, tenant)]))
    this.#latest.set(tenant, { level, forwarding })
    return forwarding
  }
}

function adding(added: FieldList): Forwarding {
  return { isStripped: true, added, path: undefined, answerHeaders: [], answerReader: undefined }
}
