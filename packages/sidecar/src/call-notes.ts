import { BAGGAGE, CALLER_CLASSES, COHORTS, MetadataName, formatClassTag, type CallTraits } from '@spillway/call'
import { field, fieldList, type FieldList } from '@spillway/http2'
import type { Forwarding } from '@spillway/relay'
import type { CallSeries } from '@spillway/telemetry'

/** By level: class and cohort as metadata, and again as a member of the baggage. Shared, so that HPACK knows them again. */
const BY_LEVEL: readonly Forwarding[] = CALLER_CLASSES.flatMap((rank) =>
  Array.from({ length: COHORTS }, (_, cohort) => {
    const tag = formatClassTag({ rank, cohort })
    return adding(fieldList([field(MetadataName.class, tag), field(BAGGAGE, `${MetadataName.class}=${tag}`)]))
  }),
)

const NOTHING_ADDED = adding(fieldList([]))

/** What a sidecar finds out about calls that are alike, once for all of them. */
class CallNotes {
  /**
   * How they leave: without what their peers say of themselves under our prefix, with what we say of them: class, cohort and
   * tenant. Adds nothing for the `system` class.
   */
  readonly forwarding: Forwarding
  /** Where they are counted; undefined before the first. */
  series: CallSeries | undefined = undefined

  constructor(forwarding: Forwarding) {
    this.forwarding = forwarding
  }
}

/** The notes on calls of those traits: always the same ones. */
export function notesOn(traits: CallTraits): CallNotes {
  const known = traits.note
  if (known instanceof CallNotes) return known
  const notes = new CallNotes(forwardingOf(traits))
  traits.note = notes
  return notes
}

function forwardingOf({ level, tenant }: CallTraits): Forwarding {
  const forwarding = BY_LEVEL[level]
  if (forwarding === undefined) return NOTHING_ADDED
  if (tenant === '') return forwarding
  return adding(fieldList([...forwarding.added.fields, field(MetadataName.tenant, tenant)]))
}

function adding(added: FieldList): Forwarding {
  return { isStripped: true, added, path: undefined, answerHeaders: [], answerReader: undefined }
}
