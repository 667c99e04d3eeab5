import { toBinary, type DescMethod, type FileRegistry } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import type { Problem } from '@spillway/call'
import { CelScope } from './cel-scope.ts'
import type { Contract } from './contract.ts'
import type { MethodPolicy } from './method-policy.ts'
import { nearest } from './nearest.ts'
import { SettingSources, policySchemas, type PolicySchemas } from './option-layers.ts'
import type { Overlay } from './overlay.ts'
import { overlayTrees } from './overlay-tree.ts'
import { compilePolicy, type CompilerContext } from './policy-compiler.ts'
import { ProblemList } from './problem-list.ts'
import { OPTIONS_FILE, readProtoFiles } from './proto-files.ts'
import { buildRegistry } from './proto-registry.ts'

/** Where the contract is and what it may refer to. */
export interface LoadOptions {
  /** Folders searched for `.proto` files, all of them loaded; each is an include folder as well. */
  readonly paths: readonly string[]
  /**
   * Files to load, as paths or as names below an include folder. When there are any, {@link paths} are include folders
   * only.
   */
  readonly roots?: readonly string[]
  /** More folders in which imports are looked for. */
  readonly includes?: readonly string[]
  /** Names of the budgets that are configured. */
  readonly budgets: readonly string[]
  readonly overlay?: Overlay
}

/** A contract, with what deserves a remark; or everything that is wrong, at once, by place. */
export type LoadResult =
  | { readonly ok: Contract; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] }

/**
 * Reads `.proto` files and the overlay into one policy for each rpc. No file at all is an empty contract. Reads files
 * synchronously; never throws for what is on the disk. When a file cannot be read or parsed or a type is missing, options are still
 * checked for their form, but what needs the types (expressions, fallback rules) is not.
 */
export function loadContract(options: LoadOptions): LoadResult {
  const problems = new ProblemList()
  const files = readProtoFiles(
    { paths: options.paths, roots: options.roots ?? [], includes: options.includes ?? [] },
    problems,
  )
  const isReadable = problems.errors.length === 0
  const trees = overlayTrees(options.overlay, problems)
  const sources = new SettingSources(files, trees, ownSchemas(), problems)
  const registry = isReadable ? buildRegistry(files, problems) : undefined
  if (registry === undefined) return { problems: problems.all }
  const methods = methodsOf(registry)
  reportUnknownMethods(sources, methods, problems)
  const contract = compileContract(registry, sources, {
    scope: new CelScope(registry),
    budgets: options.budgets,
    methods,
    problems,
  })
  return problems.errors.length > 0 ? { problems: problems.all } : { ok: contract, warnings: problems.warnings }
}

let knownSchemas: PolicySchemas | undefined

/** The schemas as this version of Spillway defines them, read once; known even when the user's files do not parse. */
function ownSchemas(): PolicySchemas {
  knownSchemas ??= readOwnSchemas()
  return knownSchemas
}

function readOwnSchemas(): PolicySchemas {
  const problems = new ProblemList()
  const registry = buildRegistry(readProtoFiles({ paths: [], roots: [], includes: [] }, problems), problems)
  if (registry === undefined) throw new Error(`${OPTIONS_FILE} is broken: ${JSON.stringify(problems.all)}`)
  return policySchemas(registry)
}

/** Every rpc of the files, by path without its leading slash, sorted. */
function methodsOf(registry: FileRegistry): Map<string, DescMethod> {
  const methods: [string, DescMethod][] = []
  for (const file of registry.files)
    for (const service of file.services)
      for (const method of service.methods) methods.push([`${service.typeName}/${method.name}`, method])
  return new Map(methods.sort(([left], [right]) => (left < right ? -1 : 1)))
}

function reportUnknownMethods(
  sources: SettingSources,
  methods: ReadonlyMap<string, DescMethod>,
  problems: ProblemList,
): void {
  for (const [path, { place }] of sources.overlayMethods) {
    if (methods.has(path)) continue
    const meant = nearest(path, methods.keys())
    const fix = meant === undefined ? 'write package.Service/Method of an rpc in the .proto files' : `write ${meant}`
    problems.error(place, `${path}: there is no such rpc`, fix)
  }
}

function compileContract(registry: FileRegistry, sources: SettingSources, context: CompilerContext): Contract {
  const policies = new Map<string, MethodPolicy>()
  for (const [path, method] of context.methods)
    policies.set(`/${path}`, compilePolicy(method, sources.layersOf(method), context))
  const unknown = compilePolicy(undefined, sources.layersOf(undefined), context)
  return {
    methods: policies,
    policyOf: (path) => policies.get(path) ?? unknown,
    registry,
    fileDescriptors: [...registry.files].map((file) => toBinary(FileDescriptorProtoSchema, file.proto)),
  }
}
