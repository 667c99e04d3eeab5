import { statSync } from 'node:fs'
import { Option, type Command, type OptionValues } from 'commander'
import { settingRows } from '@spillway/sidecar/settings'
import { userError } from './user-error.ts'

/** Settings that stand in `--help`; the others are as good, but there are many: `spillway check --settings` lists them. */
const SHOWN = new Set([
  '--service',
  '--inbound-port',
  '--outbound-port',
  '--inspect-port',
  '--web-port',
  '--admission-limit',
  '--drain-grace',
])

const OPTIONS = settingRows
  .filter(({ flag }) => flag !== '')
  .map(({ flag, kind, fallback, about }) => {
    const meaning = fallback === '' ? about : `${about} (default ${fallback})`
    const option = new Option(`${flag} <value>`, meaning)
    return { flag, kind, option: SHOWN.has(flag) ? option : option.hideHelp() }
  })

/** Gives a command every setting of spillway.yaml as a flag, and the short forms of the usual ones. */
export function addSettingOptions(command: Command): Command {
  command
    .option('--config <file>', 'settings file (default spillway.yaml when there is one)')
    .option('--app-port <port>', 'port of the service on this machine, short for --inbound-app 127.0.0.1:<port>')
    .option('--proto <path>', '.proto file or folder of them; may be repeated', collect)
  for (const { option } of OPTIONS) command.addOption(option)
  return command.addHelpText('after', '\nEvery other setting is a flag too: spillway check --settings lists them all.')
}

/** What the flags of a command say about settings, by flag; and the settings file. */
export interface SettingFlags {
  readonly file: string | undefined
  readonly flags: ReadonlyMap<string, string>
  /** Those that were written in a short form, by their names. */
  readonly spelled: ReadonlyMap<string, string>
}

/** Reads the flags that {@link addSettingOptions} added. Throws a UserError for a port or a path that cannot be. */
export function readSettingFlags(values: OptionValues): SettingFlags {
  const flags = new Map<string, string>()
  for (const { flag, option } of OPTIONS) {
    const value: unknown = values[option.attributeName()]
    if (typeof value === 'string') flags.set(flag, value)
  }
  const port: unknown = values['appPort']
  const spelled = new Map<string, string>()
  if (typeof port === 'string') {
    flags.set('--inbound-app', `127.0.0.1:${checkPort('--app-port', port)}`)
    spelled.set('--inbound-app', '--app-port')
  }
  addProtos(flags, values['proto'])
  const file: unknown = values['config']
  return { file: typeof file === 'string' ? file : undefined, flags, spelled }
}

/** A port as text, checked. */
function checkPort(flag: string, text: string): string {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return text
  throw userError(flag, `${text} is no port (allowed: 1 to 65535)`, `write ${flag} 50051`)
}

function addProtos(flags: Map<string, string>, protos: unknown): void {
  if (!Array.isArray(protos)) return
  const folders: string[] = []
  const files: string[] = []
  for (const path of protos as readonly string[]) (isFolder(path) ? folders : files).push(path)
  if (folders.length > 0) flags.set('--proto-paths', folders.join(','))
  if (files.length > 0) flags.set('--proto-roots', files.join(','))
}

function isFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined)
    throw userError('--proto', `${path} does not exist`, 'name a .proto file or a folder of them')
  return found.isDirectory()
}

function collect(path: string, paths: readonly string[] = []): string[] {
  return [...paths, path]
}
