import { deserialize, serialize } from 'node:v8'
import type { ConfigSources, LoadedConfig } from '@spillway/sidecar'

/** The variable in which a process leaves its start to the one that takes its place, packed. */
export const START_VARIABLE = 'SPILLWAY_START'

/** What a command that stays was told, with the settings that came of it. */
export interface LastingStart {
  /** How the app is started; undefined: somebody else starts it. */
  readonly appCommand: readonly string[] | undefined
  /** Events as JSON lines. */
  readonly isJson: boolean
  /** Where to read the settings again. */
  readonly sources: Pick<ConfigSources, 'file' | 'flags' | 'spelled'>
  readonly settings: LoadedConfig
}

/** A {@link LastingStart} as it travels: without functions, the places of the policies written out. */
interface PackedStart extends Omit<LastingStart, 'settings'> {
  readonly settings: Omit<LoadedConfig, 'placeOf'>
  readonly places: ReadonlyMap<string, string>
}

/** The start as text, for another process of the same Node. */
export function packStart(start: LastingStart): string {
  const { config, warnings, file, placeOf } = start.settings
  const places = new Map<string, string>()
  notePlaces(config.policy, ['policy'], placeOf, places)
  const packed: PackedStart = { ...start, settings: { config, warnings, file }, places }
  return serialize(packed).toString('base64')
}

/**
 * What {@link packStart} has made of a start. Of its settings, only those below `policy` know their place: the contract is what
 * is read after them. Undefined for any other text.
 */
export function unpackStart(text: string): LastingStart | undefined {
  try {
    const packed: unknown = deserialize(Buffer.from(text, 'base64'))
    if (!isPacked(packed)) return undefined
    const { places, settings, ...start } = packed
    return { ...start, settings: { ...settings, placeOf: (path) => placeIn(places, path) } }
  } catch {
    return undefined
  }
}

/** The text comes from a process of ours, or from somebody who could as well have given other flags: its outline is enough. */
function isPacked(value: unknown): value is PackedStart {
  if (typeof value !== 'object' || value === null) return false
  return 'settings' in value && typeof value.settings === 'object' && 'places' in value && value.places instanceof Map
}

/** Nothing that a contract reads lies deeper. */
const DEEPEST = 16

function notePlaces(
  value: unknown,
  path: readonly PropertyKey[],
  placeOf: LoadedConfig['placeOf'],
  places: Map<string, string>,
): void {
  places.set(keyOf(path), placeOf(path))
  if (typeof value !== 'object' || value === null || path.length >= DEEPEST) return
  for (const [key, inner] of Object.entries(value)) {
    notePlaces(inner, [...path, Array.isArray(value) ? Number(key) : key], placeOf, places)
  }
}

/** That of what stands there, else of the nearest around it. */
function placeIn(places: ReadonlyMap<string, string>, path: readonly PropertyKey[]): string {
  return places.get(keyOf(path)) ?? (path.length === 0 ? '' : placeIn(places, path.slice(0, -1)))
}

function keyOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('\0')
}
