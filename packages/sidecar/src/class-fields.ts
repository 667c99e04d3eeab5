import { CALLER_CLASSES, COHORTS, MetadataName, formatClassTag, type Call } from '@spillway/call'
import { field, fieldList, type FieldList } from '@spillway/http2'

/** The field that carries W3C baggage (https://www.w3.org/TR/baggage/), which OpenTelemetry copies to child calls. */
export const BAGGAGE = 'baggage'

/** By level: class and cohort as metadata, and again as a member of the baggage. Shared, so that HPACK knows them again. */
const FIELDS_BY_LEVEL: readonly FieldList[] = CALLER_CLASSES.flatMap((rank) =>
  Array.from({ length: COHORTS }, (_, cohort) => {
    const tag = formatClassTag({ rank, cohort })
    return fieldList([field(MetadataName.class, tag), field(BAGGAGE, `${MetadataName.class}=${tag}`)])
  }),
)

/** Tenants whose lists are remembered; they are the callers' to choose, so their number is bounded. */
const CAPACITY = 1_024

const NONE = fieldList([])

/** What a forwarded call says of itself: class, cohort and tenant. Calls that say the same share one list. */
export class ClassFields {
  /** By tenant, the list of the level that its latest call had: a tenant has one cohort, and mostly one class. */
  readonly #latest = new Map<string, { readonly level: number; readonly fields: FieldList }>()

  /** Nothing for the `system` class. */
  of({ level, tenant }: Call): FieldList {
    const fields = FIELDS_BY_LEVEL[level]
    if (fields === undefined) return NONE
    return tenant === '' ? fields : this.#withTenant(fields, level, tenant)
  }

  #withTenant(own: FieldList, level: number, tenant: string): FieldList {
    const latest = this.#latest.get(tenant)
    if (latest?.level === level) return latest.fields
    if (latest === undefined && this.#latest.size >= CAPACITY) this.#latest.clear()
    const fields = fieldList([...own.fields, field(MetadataName.tenant, tenant)])
    this.#latest.set(tenant, { level, fields })
    return fields
  }
}
