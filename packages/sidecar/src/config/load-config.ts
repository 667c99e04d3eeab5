import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import type { Problem } from '@spillway/call'
import { nearest } from '@spillway/contract/nearest'
import { inspectorFolder } from '@spillway/inspect'
import { budgetProblems } from './budget-problems.ts'
import { toProblems } from './config-problem.ts'
import { listenerProblems } from './listener-problems.ts'
import { natsBesideFile, natsProblems } from './nats-problems.ts'
import { besideFile } from './proto-folder.ts'
import { schema, type SidecarConfig } from './schema.ts'
import { settingRows, type SettingRow } from './setting-list.ts'
import { upstreamProblems } from './upstream-problems.ts'
import { voterProblems } from './voter-problems.ts'
import { readYaml, type YamlFile } from './yaml-file.ts'
import { readText, type TextRead } from './yaml-text.ts'

/** Where settings come from, the strongest first: flags, environment, YAML file, defaults. */
export interface ConfigSources {
  /** The YAML file. Left out: `spillway.yaml`, when there is one. */
  readonly file?: string | undefined
  /** The environment; only names that begin with `SPILLWAY_` are looked at. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Values of flags by their names: `--admission-limit`. */
  readonly flags?: ReadonlyMap<string, string>
  /** Flags that the user wrote in another form, by their names: `--inbound-app` may have been `--app-port`. */
  readonly spelled?: ReadonlyMap<string, string>
}

/** A configuration in force. */
export interface LoadedConfig {
  readonly config: SidecarConfig
  readonly warnings: readonly Problem[]
  /** The YAML file that was read; undefined when there was none. */
  readonly file: string | undefined
  /** The `file:line`, flag or variable that a value came from. */
  readonly placeOf: (path: readonly PropertyKey[]) => string
}

/** What a contract is made with. */
export interface ContractSettings extends Pick<LoadedConfig, 'placeOf'> {
  readonly proto: SidecarConfig['proto']
  readonly policy: unknown
  /** Names of the budgets that are configured. */
  readonly budgets: readonly string[]
}

/**
 * A configuration, or everything that is wrong with it at once; then also where the contract is, if that at least is right,
 * so that what is wrong there can be told as well.
 */
export type ConfigResult =
  | { readonly ok: LoadedConfig }
  | { readonly problems: readonly Problem[]; readonly contract?: ContractSettings }

const DEFAULT_FILE = 'spillway.yaml'
/** What `spillway run` gives to the app; a sidecar below a sidecar may find them. */
const GIVEN_TO_APPS = ['SPILLWAY_INBOUND', 'SPILLWAY_OUTBOUND', 'SPILLWAY_INSPECT']
/** What to do about a settings file that cannot be read, by the system's code. */
const FIXES_OF_READING: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'let this user read it'],
  ['EISDIR', 'name the file in that folder'],
])
const NO_YAML: YamlFile = { value: {}, placeOf: () => 'the defaults' }

/** Reads the configuration. Synchronous; never throws for what a user wrote. */
export function loadConfig(sources: ConfigSources = {}): ConfigResult {
  const env = sources.env ?? {}
  const file = sources.file ?? env['SPILLWAY_CONFIG']
  const read = readSource(file)
  if ('problems' in read) return read
  return parseConfig(read.yaml, { ...sources, file: read.file })
}

/** The configuration that plain values make, as YAML would say them: for programs that run a sidecar in their own process. */
export function configFrom(value: unknown): ConfigResult {
  return parseConfig({ value, placeOf: () => 'the configuration' }, {})
}

function readSource(
  file: string | undefined,
): { readonly yaml: YamlFile; readonly file: string | undefined } | { readonly problems: readonly Problem[] } {
  const path = file ?? DEFAULT_FILE
  const unusable = (message: string, fix: string) => ({
    problems: [{ severity: 'error', place: path, message, fix } as const],
  })
  let read: TextRead
  try {
    read = readText(resolve(path))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    if (file === undefined && code === 'ENOENT') return { yaml: NO_YAML, file: undefined }
    return unusable(`cannot be read (${code})`, FIXES_OF_READING.get(code) ?? 'name a file that exists')
  }
  if ('message' in read) return unusable(read.message, read.fix)
  const yaml = readYaml(path, read.text)
  return 'problems' in yaml ? yaml : { yaml, file: path }
}

function parseConfig(yaml: YamlFile, sources: ConfigSources): ConfigResult {
  const given = new Map<string, string>()
  const tree = isTree(yaml.value) ? structuredClone(yaml.value) : (yaml.value ?? {})
  for (const row of settingRows) {
    const [value, name] = fromOutside(row, sources)
    if (value === undefined || !isTree(tree)) continue
    given.set(row.key, name)
    put(tree, row.path, value)
  }
  const placeOf = (path: readonly PropertyKey[]): string => given.get(path.join('.')) ?? yaml.placeOf(path)
  const isOfFile = (path: readonly PropertyKey[]): boolean => !given.has(path.join('.'))
  const asProto = (proto: SidecarConfig['proto']) => besideFile(sources.file, proto, (key) => isOfFile(['proto', key]))
  const refused = (problems: readonly Problem[]): ConfigResult => {
    const contract = schema.safeParse(isTree(tree) ? { proto: tree['proto'], policy: tree['policy'] } : {})
    if (!contract.success) return { problems }
    const { proto, policy } = contract.data
    const budgets = isTree(tree) && isTree(tree['budgets']) ? Object.keys(tree['budgets']) : []
    return { problems, contract: { proto: asProto(proto), policy, budgets, placeOf } }
  }
  const parsed = schema.safeParse(tree, { reportInput: true })
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => toProblems(issue, placeOf))
    return refused(problems.sort((left, right) => left.place.localeCompare(right.place, 'en', { numeric: true })))
  }
  const nats = natsBesideFile(sources.file, parsed.data.nats, isOfFile)
  const found = [
    ...upstreamProblems(parsed.data, placeOf),
    ...listenerProblems(parsed.data, placeOf),
    ...budgetProblems(parsed.data, placeOf),
    ...natsProblems(nats, placeOf),
    ...voterProblems(parsed.data, placeOf(['nats', 'voters'])),
  ]
  const wrong = found.filter(({ severity }) => severity === 'error')
  if (wrong.length > 0) return refused(wrong)
  const warnings = [...found, ...unknownVariables(sources.env ?? {})]
  const proto = asProto(parsed.data.proto)
  const config = withSocketFolder({ ...parsed.data, proto, nats }, sources.env ?? {})
  return { ok: { config, warnings, file: sources.file, placeOf } }
}

/** The folder that inspector and commands agree on when none is configured. */
function withSocketFolder(config: SidecarConfig, env: Readonly<Record<string, string | undefined>>): SidecarConfig {
  const place = { runtime: env['XDG_RUNTIME_DIR'], temporary: tmpdir(), uid: process.getuid?.() ?? 0 }
  const socketFolder = config.inspect.socketFolder ?? inspectorFolder(place)
  return { ...config, inspect: { ...config.inspect, socketFolder } }
}

/** Text of a flag or a variable, and its name; an empty variable counts as none. */
function fromOutside(row: SettingRow, sources: ConfigSources): [string | undefined, string] {
  const flag = row.flag === '' ? undefined : sources.flags?.get(row.flag)
  if (flag !== undefined) return [flag, sources.spelled?.get(row.flag) ?? row.flag]
  const variable = row.variable === '' ? '' : (sources.env?.[row.variable] ?? '')
  return [variable === '' ? undefined : variable, row.variable]
}

type Tree = Record<string, unknown>

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function put(tree: Tree, path: readonly string[], value: string): void {
  const [head = '', ...rest] = path
  if (rest.length === 0) {
    tree[head] = value
    return
  }
  const inner = tree[head]
  const next = isTree(inner) ? inner : {}
  if (inner !== undefined && inner !== null && next !== inner) return
  tree[head] = next
  put(next, rest, value)
}

/** A warning only: Kubernetes makes variables of that prefix for any Service named `spillway`. */
function unknownVariables(env: Readonly<Record<string, string | undefined>>): Problem[] {
  const known = [
    ...settingRows.map((row) => row.variable).filter((name) => name !== ''),
    'SPILLWAY_CONFIG',
    ...GIVEN_TO_APPS,
  ]
  const strange = Object.keys(env).filter((name) => name.startsWith('SPILLWAY_') && !known.includes(name))
  return strange.map((name): Problem => {
    const meant = nearest(name, known)
    const fix = meant === undefined ? 'remove it' : `write ${meant}`
    return { severity: 'warning', place: name, message: 'there is no such setting, so it is ignored', fix }
  })
}
