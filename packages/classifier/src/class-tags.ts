import { CALLER_CLASSES, COHORTS, parseClassTag, type PriorityClass } from '@spillway/call'

/** A `spillway-class` value as read. */
export interface ReadTag {
  readonly rank: PriorityClass
  /** Undefined when the tag names a class only. */
  readonly cohort: number | undefined
}

/** Reads tags, each distinct one once. There are few that are valid, so that the memory is bounded by itself. */
export class ClassTags {
  readonly #known = new Map<string, ReadTag>()

  /** Undefined for a tag that is none. */
  read(text: string): ReadTag | undefined {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const tag = parseClassTag(text)
    if (tag === undefined) return undefined
    const read = { rank: tag.rank, cohort: text.includes('.') ? tag.cohort : undefined }
    this.#known.set(text, read)
    return read
  }

  /** How many distinct values are valid: the bound of the memory. */
  static readonly capacity = CALLER_CLASSES.length * (COHORTS + 1)
}
