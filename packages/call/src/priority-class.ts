/**
 * Priority classes by rank: a lower number is more important. The numbers of the four classes that callers may have
 * are those of `spillway.v1.PriorityClass`. `system` is for health and control; no caller can claim it.
 */
export const PriorityClass = { system: 0, critical: 1, standard: 2, sheddable: 3, batch: 4 } as const

/** A rank out of {@link PriorityClass}. */
export type PriorityClass = (typeof PriorityClass)[keyof typeof PriorityClass]

/** The classes that callers may have, most important first. */
export const CALLER_CLASSES = [
  PriorityClass.critical,
  PriorityClass.standard,
  PriorityClass.sheddable,
  PriorityClass.batch,
] as const

/** Cohorts inside one class: 0 is kept longest, 127 is shed first. */
export const COHORTS = 128

/** Admission levels over the four caller classes. */
export const LEVELS = CALLER_CLASSES.length * COHORTS

const NAMES = ['system', 'critical', 'standard', 'sheddable', 'batch'] as const

/** The name of a class, as metadata, metrics and people write it. */
export type PriorityClassName = (typeof NAMES)[number]

/** The name of a class: lower case. */
export function className(rank: PriorityClass): PriorityClassName {
  return NAMES[rank]
}

/** The class of that exact name, or undefined. Answers `system` too; callers' input goes through {@link parseClassTag}. */
export function parseClassName(name: string): PriorityClass | undefined {
  const rank = NAMES.indexOf(name as PriorityClassName)
  return rank < 0 ? undefined : (rank as PriorityClass)
}

/** Class and cohort as one number, 0 (kept longest) to 511 (shed first); negative for `system`. */
export function levelOf(rank: PriorityClass, cohort: number): number {
  return (rank - 1) * COHORTS + cohort
}

/** The next class down, or the same for `batch`. */
export function oneClassDown(rank: PriorityClass): PriorityClass {
  return rank === PriorityClass.batch ? rank : ((rank + 1) as PriorityClass)
}

/** Class and cohort of a call as `spillway-class` carries them. */
export interface ClassTag {
  readonly rank: PriorityClass
  readonly cohort: number
}

/** The value of `spillway-class`: `critical.17`. */
export function formatClassTag(tag: ClassTag): string {
  return `${className(tag.rank)}.${tag.cohort}`
}

/**
 * Reads `spillway-class`: a caller class, optionally a dot and a cohort (0 to 127, no leading zero); a missing cohort is 0.
 * Anything else, `system` included, is undefined: a tag that is not understood counts as none.
 */
export function parseClassTag(text: string): ClassTag | undefined {
  const match = /^(critical|standard|sheddable|batch)(?:\.(0|[1-9]\d{0,2}))?$/.exec(text)
  if (!match?.[1]) return undefined
  const rank = parseClassName(match[1])
  const cohort = Number(match[2] ?? 0)
  return rank === undefined || cohort >= COHORTS ? undefined : { rank, cohort }
}

/** One value for each class, to be indexed by rank. */
export function perClass<T>(valueOf: (rank: PriorityClass) => T): Readonly<Record<PriorityClass, T>> {
  return {
    [PriorityClass.system]: valueOf(PriorityClass.system),
    [PriorityClass.critical]: valueOf(PriorityClass.critical),
    [PriorityClass.standard]: valueOf(PriorityClass.standard),
    [PriorityClass.sheddable]: valueOf(PriorityClass.sheddable),
    [PriorityClass.batch]: valueOf(PriorityClass.batch),
  }
}
