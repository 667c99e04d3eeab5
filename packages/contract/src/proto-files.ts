import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProblemList } from './problem-list.ts'
import { readProtoFile, type ProtoFile } from './proto-file.ts'

/** The file that defines the options. It comes with Spillway: a copy among the user's files is not read. */
export const OPTIONS_FILE = 'spillway/v1/options.proto'

/** Which files to read, and where imports are looked for. */
export interface ProtoSources {
  readonly paths: readonly string[]
  readonly roots: readonly string[]
  readonly includes: readonly string[]
}

/** Files of the standard library are known without being read. */
function isWellKnown(name: string): boolean {
  return name.startsWith('google/protobuf/')
}

/**
 * Reads the wanted files, the file of the options and everything that they import, dependencies first. What cannot be
 * found or read is a problem and left out.
 */
export function readProtoFiles(sources: ProtoSources, problems: ProblemList): ProtoFile[] {
  const reader = new FileReader(sources, problems)
  reader.readOwn()
  for (const wanted of wantedFiles(sources, problems)) reader.read(wanted.name, wanted.path)
  return reader.files
}

interface Located {
  readonly name: string
  readonly path: string
}

class FileReader {
  readonly files: ProtoFile[] = []
  readonly #includes: readonly string[]
  readonly #problems: ProblemList
  readonly #seenNames = new Set<string>()
  readonly #seenPaths = new Set<string>()
  /** Files whose imports are being read. */
  readonly #open = new Set<string>()

  constructor(sources: ProtoSources, problems: ProblemList) {
    this.#includes = [...sources.paths, ...sources.includes]
    this.#problems = problems
  }

  readOwn(): void {
    const path = fileURLToPath(import.meta.resolve('@spillway/proto/spillway/v1/options.proto'))
    this.read(OPTIONS_FILE, path, OPTIONS_FILE)
  }

  read(name: string, path: string, shownAs = path): void {
    if (this.#seenNames.has(name) || isWellKnown(name)) return
    this.#seenNames.add(name)
    const source = this.#readSource(path, shownAs)
    if (source === undefined) return
    const file = readProtoFile(name, shownAs, source, this.#problems)
    if (file === undefined) return
    this.#open.add(name)
    for (const wanted of file.scan.imports) this.#readImport(wanted.name, wanted.place, path)
    this.#open.delete(name)
    this.files.push(file)
  }

  /** What stands in a file; undefined for one that was read under another name, or that cannot be. */
  #readSource(path: string, shownAs: string): string | undefined {
    try {
      const realPath = realpathSync(path)
      if (this.#seenPaths.has(realPath)) return undefined
      this.#seenPaths.add(realPath)
      return readFileSync(path, 'utf8')
    } catch (error) {
      unreadable(shownAs, error, this.#problems)
      return undefined
    }
  }

  #readImport(name: string, place: string, importer: string): void {
    if (this.#open.has(name)) this.#problems.error(place, `import "${name}" goes in a circle`, 'break the circle')
    if (isWellKnown(name) || this.#seenNames.has(name)) return
    const path = this.#includes
      .concat(dirname(importer))
      .map((folder) => join(folder, name))
      .find(isFile)
    if (path !== undefined) return this.read(name, path)
    this.#seenNames.add(name)
    const folders =
      this.#includes.length === 0 ? 'there is no include folder' : `looked in ${this.#includes.join(', ')}`
    this.#problems.error(place, `import "${name}" is not found (${folders})`, 'add the folder that it is named from')
  }
}

/** `roots`, or else every file below `paths`. */
function wantedFiles(sources: ProtoSources, problems: ProblemList): Located[] {
  const folders = sources.paths.filter((path) => isFolder(path, problems))
  if (sources.roots.length > 0) return sources.roots.flatMap((root) => locateRoot(root, sources, problems))
  return folders.flatMap((folder) => protoFilesBelow(folder, problems))
}

function isFolder(path: string, problems: ProblemList): boolean {
  const isThere = existsSync(path) && statSync(path).isDirectory()
  if (!isThere) problems.error(path, 'there is no such folder', 'name the folder that holds the .proto files')
  return isThere
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}

function protoFilesBelow(folder: string, problems: ProblemList): Located[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => isProtoName(name.split(sep)))
      .sort()
      .map((name) => ({ name: name.replaceAll(sep, '/'), path: join(folder, name) }))
  } catch (error) {
    unreadable(folder, error, problems)
    return []
  }
}

/** Hidden files are left out: editors lock `a.proto` by a link `.#a.proto` that leads nowhere. */
function isProtoName(segments: readonly string[]): boolean {
  const file = segments.at(-1) ?? ''
  return file.endsWith('.proto') && !file.startsWith('.') && !segments.includes('node_modules')
}

/** The disk tells which file it was, which may be one below `place`. */
function unreadable(place: string, error: unknown, problems: ProblemList): void {
  if (!(error instanceof Error && 'code' in error)) throw error
  const where = 'path' in error && typeof error.path === 'string' ? error.path : place
  problems.error(where, `cannot be read (${String(error.code)})`, 'let this user read it, or take it away')
}

function locateRoot(root: string, sources: ProtoSources, problems: ProblemList): Located[] {
  const includes = [...sources.paths, ...sources.includes]
  if (isFile(root)) return [{ name: nameBelow(root, includes), path: root }]
  const path = includes.map((folder) => join(folder, root)).find(isFile)
  if (path !== undefined) return [{ name: root, path }]
  problems.error(root, 'there is no such file', 'name a .proto file, as a path or from an include folder')
  return []
}

/** The name by which others would import that file. */
function nameBelow(path: string, includes: readonly string[]): string {
  for (const folder of includes) {
    const name = relative(folder, path)
    if (!name.startsWith('..') && !isAbsolute(name)) return name.replaceAll(sep, '/')
  }
  return path.replaceAll(sep, '/')
}
