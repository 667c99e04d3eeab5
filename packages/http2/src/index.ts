export type { Field, FieldList } from './field.ts'
