import protobuf from 'protobufjs'
import type { DescFile } from '@bufbuild/protobuf'
import type { ProtoFile } from './proto-file.ts'

/** What a full type name stands for. */
export type TypeKind = 'message' | 'enum'

/** A message, enum or service that a file defines, with its full name. */
export interface Definition {
  readonly fullName: string
  readonly object: protobuf.ReflectionObject
}

/** Messages and enums of all files, by full name, to be looked up by the scoping rules of the language. */
export class TypeNames {
  readonly #kinds = new Map<string, TypeKind>()

  addFile(file: ProtoFile): void {
    for (const { fullName, object } of definitionsOf(file)) this.#add(fullName, object)
  }

  addWellKnown(file: DescFile): void {
    for (const message of file.messages) this.#kinds.set(message.typeName, 'message')
    for (const enumeration of file.enums) this.#kinds.set(enumeration.typeName, 'enum')
  }

  kindOf(fullName: string): TypeKind | undefined {
    return this.#kinds.get(fullName)
  }

  /**
   * The full name of the type that `written` means inside of `scope`: the innermost one; undefined when there is none.
   */
  resolve(written: string, scope: string): string | undefined {
    if (written.startsWith('.')) return this.#kinds.has(written.slice(1)) ? written.slice(1) : undefined
    for (let outer = scope; ; outer = outer.slice(0, Math.max(0, outer.lastIndexOf('.')))) {
      const fullName = outer === '' ? written : `${outer}.${written}`
      if (this.#kinds.has(fullName)) return fullName
      if (outer === '') return undefined
    }
  }

  #add(fullName: string, object: protobuf.ReflectionObject): void {
    if (object instanceof protobuf.Enum) this.#kinds.set(fullName, 'enum')
    if (!(object instanceof protobuf.Type)) return
    this.#kinds.set(fullName, 'message')
    for (const nested of object.nestedArray) this.#add(`${fullName}.${nested.name}`, nested)
  }
}

/** Messages, enums and services at the top level of a file. */
export function definitionsOf(file: ProtoFile): Definition[] {
  const found: Definition[] = []
  const visit = (namespace: protobuf.NamespaceBase, prefix: string): void => {
    for (const object of namespace.nestedArray) {
      const fullName = prefix === '' ? object.name : `${prefix}.${object.name}`
      if (object instanceof protobuf.Namespace && isPlainNamespace(object)) visit(object, fullName)
      else found.push({ fullName, object })
    }
  }
  visit(file.root, '')
  return found
}

function isPlainNamespace(object: protobuf.ReflectionObject): boolean {
  return !(object instanceof protobuf.Type || object instanceof protobuf.Enum || object instanceof protobuf.Service)
}
