import type { PriorityClassName } from '@spillway/call'

/** The classes that the demo's callers send, most important first. */
export const DEMO_CLASSES = ['critical', 'standard', 'sheddable'] as const satisfies readonly PriorityClassName[]

/** One of {@link DEMO_CLASSES}. */
export type DemoClass = (typeof DEMO_CLASSES)[number]

/** A value for each class. */
export type ByClass<Value> = Readonly<Record<DemoClass, Value>>

/** Builds a value for each class. */
export function byClass<Value>(build: (name: DemoClass) => Value): ByClass<Value> {
  return { critical: build('critical'), standard: build('standard'), sheddable: build('sheddable') }
}
