import { create, createFileRegistry, type FileRegistry } from '@bufbuild/protobuf'
import {
  Edition,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  MethodOptions_IdempotencyLevel,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt'
import protobuf from 'protobufjs'
import { MessageDescriber, describeEnum } from './message-descriptor.ts'
import type { ProblemList } from './problem-list.ts'
import type { ProtoFile } from './proto-file.ts'
import { TypeNames, definitionsOf } from './type-names.ts'
import { WELL_KNOWN_FILES } from './well-known.ts'

/**
 * Every type, service and rpc of the files, resolved; undefined when something does not fit, and the problems say what.
 */
export function buildRegistry(files: readonly ProtoFile[], problems: ProblemList): FileRegistry | undefined {
  const before = problems.errors.length
  reportDuplicates(files, problems)
  const names = new TypeNames()
  for (const file of WELL_KNOWN_FILES) names.addWellKnown(file)
  for (const file of files) names.addFile(file)
  const described = files.map((file) => describeFile(file, names, problems))
  if (problems.errors.length > before) return undefined
  return link(described, files, problems)
}

/**
 * What we do not check ourselves (imports in a circle, numbers out of range), the library does, one complaint at a
 * time.
 */
function link(
  described: FileDescriptorProto[],
  files: readonly ProtoFile[],
  problems: ProblemList,
): FileRegistry | undefined {
  const wellKnown = WELL_KNOWN_FILES.map((file) => file.proto)
  try {
    return createFileRegistry(create(FileDescriptorSetSchema, { file: [...wellKnown, ...described] }))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const culprit = files.findLast((file) => message.includes(file.name)) ?? files.at(-1)
    problems.error(`${culprit?.shownAs ?? 'proto'}:1`, message, 'correct the file')
    return undefined
  }
}

function reportDuplicates(files: readonly ProtoFile[], problems: ProblemList): void {
  const owners = new Map<string, ProtoFile>()
  for (const file of files) {
    for (const { fullName, object } of definitionsOf(file)) {
      const owner = owners.get(fullName)
      if (owner === undefined) owners.set(fullName, file)
      else if (!(object instanceof protobuf.Field))
        problems.error(
          `${file.shownAs}:${lineOf(file, `(?:message|enum|service)\\s+${object.name}\\b`)}`,
          `${fullName} is defined in ${owner.shownAs} as well`,
          'keep one of them',
        )
    }
  }
}

function describeFile(file: ProtoFile, names: TypeNames, problems: ProblemList): FileDescriptorProto {
  const describer = new MessageDescriber(names, (field, scope) => {
    const line = lineOf(file, `\\b${field.type.replaceAll('.', '\\.')}\\s*>?\\s+${field.name}\\b`)
    problems.error(
      `${file.shownAs}:${line}`,
      `${scope}.${field.name}: there is no type ${field.type}`,
      'define it or import the file that does',
    )
  })
  const definitions = definitionsOf(file)
  return create(FileDescriptorProtoSchema, {
    name: file.name,
    package: file.scan.package,
    dependency: file.scan.imports.map((wanted) => wanted.name),
    ...syntaxOf(file),
    messageType: definitions.flatMap(({ object, fullName }) =>
      object instanceof protobuf.Type ? [describer.message(object, fullName)] : [],
    ),
    enumType: definitions.flatMap(({ object }) => (object instanceof protobuf.Enum ? [describeEnum(object)] : [])),
    service: definitions.flatMap(({ object, fullName }) =>
      object instanceof protobuf.Service ? [describeService(object, fullName, file, names, problems)] : [],
    ),
  })
}

function syntaxOf(file: ProtoFile): { syntax: string; edition?: Edition } {
  if (file.scan.syntax === '2023') return { syntax: 'editions', edition: Edition.EDITION_2023 }
  return { syntax: file.scan.syntax }
}

function describeService(
  service: protobuf.Service,
  fullName: string,
  file: ProtoFile,
  names: TypeNames,
  problems: ProblemList,
): { name: string; method: object[] } {
  const typeName = (rpc: string, written: string): string => {
    const found = names.resolve(written, fullName)
    if (found !== undefined && names.kindOf(found) === 'message') return `.${found}`
    const line = file.scan.lines.get(`${fullName}/${rpc}`) ?? 1
    problems.error(
      `${file.shownAs}:${line}`,
      `${fullName}/${rpc}: there is no message ${written}`,
      'define it or import the file that does',
    )
    return '.'
  }
  const method = service.methodsArray.map((rpc) => ({
    name: rpc.name,
    inputType: typeName(rpc.name, rpc.requestType),
    outputType: typeName(rpc.name, rpc.responseType),
    clientStreaming: rpc.requestStream === true,
    serverStreaming: rpc.responseStream === true,
    options: { idempotencyLevel: idempotencyLevel(rpc) },
  }))
  return { name: service.name, method }
}

function idempotencyLevel(rpc: protobuf.Method): MethodOptions_IdempotencyLevel {
  switch (rpc.options?.['idempotency_level']) {
    case 'NO_SIDE_EFFECTS':
      return MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS
    case 'IDEMPOTENT':
      return MethodOptions_IdempotencyLevel.IDEMPOTENT
    default:
      return MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN
  }
}

/** The first line that the pattern matches on; 1 when there is none. */
function lineOf(file: ProtoFile, pattern: string): number {
  const index = file.scan.blanked.search(new RegExp(pattern))
  return index < 0 ? 1 : file.scan.blanked.slice(0, index).split('\n').length
}
