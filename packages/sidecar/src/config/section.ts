import { z } from 'zod'

type CamelKey<K> = K extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelKey<Tail>>}` : K

/** A group of settings as the program reads it: `max_wait` in YAML is `maxWait` here. */
export type CamelKeys<T> = { readonly [K in keyof T as CamelKey<K>]: T[K] }

/** A group of settings, each with its default. Unknown keys are errors; nothing at all is all defaults. */
export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.preprocess((value) => value ?? {}, group(shape))
}

/** A group of settings that somebody has to write, as the value of a map: it may hold {@link required} ones. */
export function group<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape).transform((value) => camelKeys(value))
}

/** Settings under names that the user chooses; nothing at all is none. */
export function byName<Value extends z.ZodType>(value: Value) {
  return z.preprocess((given) => given ?? {}, z.record(z.string(), value))
}

/** The name that a setting has here: `maxWait` for `max_wait`. */
export function camelKey(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function camelKeys<T extends object>(value: T): CamelKeys<T> {
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [camelKey(key), inner])
  return Object.fromEntries(entries) as CamelKeys<T>
}
