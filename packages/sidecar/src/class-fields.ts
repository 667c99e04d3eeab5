import { CALLER_CLASSES, COHORTS, MetadataName, formatClassTag, levelOf, type Call } from '@spillway/call'
import { field, type Field } from '@spillway/http2'

/** The field that carries W3C baggage (https://www.w3.org/TR/baggage/), which OpenTelemetry copies to child calls. */
export const BAGGAGE = 'baggage'

/** By level: class and cohort as metadata, and again as a member of the baggage. Shared, so that HPACK knows them again. */
const FIELDS_BY_LEVEL: readonly (readonly Field[])[] = CALLER_CLASSES.flatMap((rank) =>
  Array.from({ length: COHORTS }, (_, cohort) => {
    const tag = formatClassTag({ rank, cohort })
    return [field(MetadataName.class, tag), field(BAGGAGE, `${MetadataName.class}=${tag}`)]
  }),
)

const NONE: readonly Field[] = []

/** What a forwarded call says of itself: class, cohort and tenant. Nothing for the `system` class. */
export function classFields(call: Call): readonly Field[] {
  const fields = FIELDS_BY_LEVEL[levelOf(call.rank, call.cohort)] ?? NONE
  return call.tenant === '' || fields === NONE ? fields : [...fields, field(MetadataName.tenant, call.tenant)]
}
