import type { Server } from '@grpc/grpc-js'
import type { AnyDefinition, EnumTypeDefinition, MessageTypeDefinition, PackageDefinition } from '@grpc/proto-loader'
import { ReflectionService } from '@grpc/reflection'

/** Files that our .proto files import, by the names that @grpc/proto-loader gives descriptors: one to a package. */
const IMPORTS: ReadonlyMap<string, readonly string[]> = new Map([['spillway_v1.proto', ['google_protobuf.proto']]])

/** Serves grpc.reflection.v1 and v1alpha for everything in `definition`. */
export function serveReflection(server: Server, definition: PackageDefinition): void {
  new ReflectionService(withImports(definition)).addToServer(server)
}

/**
 * The same definition with the imports of each file put into its descriptor. @grpc/proto-loader leaves them out
 * (grpc/grpc-node#2595), and strict readers such as grpcurl then refuse the file.
 */
function withImports(definition: PackageDefinition): PackageDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, part]) => {
      return [name, isType(part) ? { ...part, fileDescriptorProtos: part.fileDescriptorProtos.map(addImports) } : part]
    }),
  )
}

function isType(part: AnyDefinition): part is MessageTypeDefinition<object, object> | EnumTypeDefinition {
  return Array.isArray(part.fileDescriptorProtos)
}

function addImports(file: Buffer): Buffer {
  const imports = IMPORTS.get(nameOf(file)) ?? []
  return Buffer.concat([file, ...imports.map(dependencyField)])
}

/** `FileDescriptorProto.name`: field 1, which protobufjs writes first. */
function nameOf(file: Buffer): string {
  const [tag, length = 0] = file
  return tag === 0x0a ? file.toString('utf8', 2, 2 + length) : ''
}

/** `FileDescriptorProto.dependency`: field 3, length-delimited. A repeated field may be added to at the end. */
function dependencyField(name: string): Buffer {
  return Buffer.concat([Buffer.from([0x1a, name.length]), Buffer.from(name)])
}
