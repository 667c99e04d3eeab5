import { create, type MessageInitShape } from '@bufbuild/protobuf'
import {
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
} from '@bufbuild/protobuf/wkt'
import protobuf from 'protobufjs'
import type { TypeNames } from './type-names.ts'

/** Told of every field whose type is not known. */
export type OnUnknownType = (field: protobuf.FieldBase, scope: string) => void

/** Describes messages and enums that protobufjs parsed, with full type names. */
export class MessageDescriber {
  readonly #names: TypeNames
  readonly #onUnknownType: OnUnknownType

  constructor(names: TypeNames, onUnknownType: OnUnknownType) {
    this.#names = names
    this.#onUnknownType = onUnknownType
  }

  message(type: protobuf.Type, fullName: string): DescriptorProto {
    const oneofs = oneofNames(type)
    const fields = type.fieldsArray.filter((field) => field.declaringField === null)
    const maps: readonly protobuf.FieldBase[] = fields
    return create(DescriptorProtoSchema, {
      name: type.name,
      field: fields.map((field) => this.#field(field, fullName, oneofs)),
      oneofDecl: oneofs.map((name) => ({ name })),
      nestedType: [
        ...type.nestedArray
          .filter((nested) => nested instanceof protobuf.Type)
          .map((nested) => this.message(nested, `${fullName}.${nested.name}`)),
        ...maps.filter((field) => field instanceof protobuf.MapField).map((field) => this.#mapEntry(field, fullName)),
      ],
      enumType: type.nestedArray.filter((nested) => nested instanceof protobuf.Enum).map(describeEnum),
    })
  }

  #field(field: protobuf.FieldBase, scope: string, oneofs: readonly string[]): FieldDescriptorProto {
    const isMap = field instanceof protobuf.MapField
    const init: MessageInitShape<typeof FieldDescriptorProtoSchema> = {
      name: field.name,
      number: field.id,
      jsonName: jsonName(field.name),
      label: labelOf(field, isMap),
      ...(isMap
        ? { type: FieldDescriptorProto_Type.MESSAGE, typeName: `.${scope}.${mapEntryName(field.name)}` }
        : this.#typeOf(field, scope)),
    }
    if (field.partOf) init.oneofIndex = oneofs.indexOf(field.partOf.name)
    if (field.options?.['proto3_optional'] === true) init.proto3Optional = true
    if (typeof field.options?.['packed'] === 'boolean') init.options = { packed: field.options['packed'] }
    return create(FieldDescriptorProtoSchema, init)
  }

  #typeOf(field: protobuf.FieldBase, scope: string): { type: FieldDescriptorProto_Type; typeName?: string } {
    const scalar = SCALARS[field.type]
    if (scalar !== undefined) return { type: scalar }
    const typeName = this.#names.resolve(field.type, scope)
    if (typeName === undefined) {
      this.#onUnknownType(field, scope)
      return { type: FieldDescriptorProto_Type.BYTES }
    }
    const isEnum = this.#names.kindOf(typeName) === 'enum'
    return {
      type: isEnum ? FieldDescriptorProto_Type.ENUM : messageEncoding(field),
      typeName: `.${typeName}`,
    }
  }

  #mapEntry(field: protobuf.MapField, scope: string): DescriptorProto {
    const label = FieldDescriptorProto_Label.OPTIONAL
    const keyType = SCALARS[field.keyType] ?? FieldDescriptorProto_Type.STRING
    return create(DescriptorProtoSchema, {
      name: mapEntryName(field.name),
      options: { mapEntry: true },
      field: [
        { name: 'key', jsonName: 'key', number: 1, label, type: keyType },
        { name: 'value', jsonName: 'value', number: 2, label, ...this.#typeOf(field, scope) },
      ],
    })
  }
}

/** An enum as a descriptor. */
export function describeEnum(enumeration: protobuf.Enum): EnumDescriptorProto {
  const value = Object.entries(enumeration.values).map(([name, number]) => ({ name, number }))
  const hasAliases = new Set(value.map(({ number }) => number)).size < value.length
  return create(EnumDescriptorProtoSchema, {
    name: enumeration.name,
    value,
    ...(hasAliases ? { options: { allowAlias: true } } : {}),
  })
}

/** Oneofs that the user wrote come first; those that stand for `optional` last, as protoc orders them. */
function oneofNames(type: protobuf.Type): string[] {
  const isSynthetic = (oneof: protobuf.OneOf): boolean =>
    oneof.fieldsArray.some((field) => field.options?.['proto3_optional'] === true)
  const [synthetic, written] = [
    type.oneofsArray.filter(isSynthetic),
    type.oneofsArray.filter((one) => !isSynthetic(one)),
  ]
  return [...written, ...synthetic].map((oneof) => oneof.name)
}

function labelOf(field: protobuf.FieldBase, isMap: boolean): FieldDescriptorProto_Label {
  if (isMap || field.repeated) return FieldDescriptorProto_Label.REPEATED
  return 'rule' in field && field.rule === 'required'
    ? FieldDescriptorProto_Label.REQUIRED
    : FieldDescriptorProto_Label.OPTIONAL
}

/** The type of a group is the one that is named like its field, but for the first letter. */
function messageEncoding(field: protobuf.FieldBase): FieldDescriptorProto_Type {
  const type = field.parent?.get(field.type)
  const isGroup = type instanceof protobuf.Type && 'group' in type && type.group === true
  return isGroup ? FieldDescriptorProto_Type.GROUP : FieldDescriptorProto_Type.MESSAGE
}

function mapEntryName(fieldName: string): string {
  return `${fieldName.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}Entry`
}

function jsonName(fieldName: string): string {
  return fieldName.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

const SCALARS: Readonly<Record<string, FieldDescriptorProto_Type>> = {
  double: FieldDescriptorProto_Type.DOUBLE,
  float: FieldDescriptorProto_Type.FLOAT,
  int32: FieldDescriptorProto_Type.INT32,
  int64: FieldDescriptorProto_Type.INT64,
  uint32: FieldDescriptorProto_Type.UINT32,
  uint64: FieldDescriptorProto_Type.UINT64,
  sint32: FieldDescriptorProto_Type.SINT32,
  sint64: FieldDescriptorProto_Type.SINT64,
  fixed32: FieldDescriptorProto_Type.FIXED32,
  fixed64: FieldDescriptorProto_Type.FIXED64,
  sfixed32: FieldDescriptorProto_Type.SFIXED32,
  sfixed64: FieldDescriptorProto_Type.SFIXED64,
  bool: FieldDescriptorProto_Type.BOOL,
  string: FieldDescriptorProto_Type.STRING,
  bytes: FieldDescriptorProto_Type.BYTES,
}
