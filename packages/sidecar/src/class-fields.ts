import { CALLER_CLASSES, COHORTS, MetadataName, formatClassTag, levelOf, type Call } from '@spillway/call'
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

/** Tenants whose field is remembered; they are the callers' to choose, so their number is bounded. */
const CAPACITY = 1_024

const NONE: readonly FieldList[] = []

/** What a forwarded call says of itself: class, cohort and tenant. Calls that say the same share the lists. */
export class ClassFields {
  readonly #tenants = new Map<string, FieldList>()

  /** Nothing for the `system` class. */
  of(call: Call): readonly FieldList[] {
    const fields = FIELDS_BY_LEVEL[levelOf(call.rank, call.cohort)]
    if (fields === undefined) return NONE
    return call.tenant === '' ? [fields] : [fields, this.#tenant(call.tenant)]
  }

  #tenant(tenant: string): FieldList {
    const known = this.#tenants.get(tenant)
    if (known !== undefined) return known
    if (this.#tenants.size >= CAPACITY) this.#tenants.clear()
    const fields = fieldList([field(MetadataName.tenant, tenant)])
    this.#tenants.set(tenant, fields)
    return fields
  }
}
