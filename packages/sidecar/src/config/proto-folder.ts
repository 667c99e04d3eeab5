import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { SidecarConfig } from './schema.ts'

type ProtoSettings = SidecarConfig['proto']

/**
 * The places of .proto files as a settings file means them: relative to itself, wherever the command is started. A root may
 * also be a name below one of the folders; it stays one when there is no such file beside the settings. `isOfFile` tells
 * which of the three came from the file; those of flags and variables are relative to the working directory as usual.
 */
export function besideFile(
  file: string | undefined,
  proto: ProtoSettings,
  isOfFile: (key: keyof ProtoSettings) => boolean,
): ProtoSettings {
  if (file === undefined) return proto
  const beside = (path: string): string => (isAbsolute(path) ? path : join(dirname(file), path))
  const root = (path: string): string => (existsSync(beside(path)) ? beside(path) : path)
  const moved = (key: keyof ProtoSettings, move: (path: string) => string): readonly string[] =>
    isOfFile(key) ? proto[key].map(move) : proto[key]
  return { paths: moved('paths', beside), roots: moved('roots', root), includes: moved('includes', beside) }
}
