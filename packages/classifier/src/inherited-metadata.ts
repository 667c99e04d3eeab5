import { BAGGAGE, MetadataName, type Metadata } from '@spillway/call'

const MEMBER = `${MetadataName.class}=`

/**
 * A call's metadata, in which the class may also come as a member of W3C baggage: so a child call inherits the class of
 * the call that it serves wherever the app propagates either of the two. The metadata itself comes first.
 */
export function inheritedMetadata(metadata: Metadata): Metadata {
  const baggage = metadata.get(BAGGAGE)
  if (baggage === undefined || !baggage.includes(MEMBER)) return metadata
  if (metadata.get(MetadataName.class) !== undefined) return metadata
  const tag = memberOf(baggage)
  return tag === undefined ? metadata : { get: (name) => (name === MetadataName.class ? tag : metadata.get(name)) }
}

/** The member's value without its properties (`;` and what follows). */
function memberOf(baggage: string): string | undefined {
  for (const member of baggage.split(',')) {
    const text = member.trim()
    if (text.startsWith(MEMBER)) return text.slice(MEMBER.length).split(';', 1)[0]?.trim()
  }
  return undefined
}
