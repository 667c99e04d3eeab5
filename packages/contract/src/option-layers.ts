import type { DescMessage, DescMethod, FileRegistry } from '@bufbuild/protobuf'
import type { Layer } from './layers.ts'
import { Layers } from './layers.ts'
import type { OverlayTrees } from './overlay-tree.ts'
import { OPTIONS_FILE } from './proto-files.ts'
import type { ProblemList } from './problem-list.ts'
import type { ProtoFile } from './proto-file.ts'
import type { OptionStatement } from './proto-scan.ts'
import type { FieldNode, SettingNode } from './setting-tree.ts'
import { readSettings, type Settings } from './settings.ts'

const METHOD_OPTION = 'spillway.v1.method'
const SERVICE_OPTION = 'spillway.v1.service'

/** The messages of options.proto that policies are checked against. */
export interface PolicySchemas {
  readonly method: DescMessage
  readonly service: DescMessage
}

/** Finds them; throws when options.proto does not define them, which would be a bug of ours. */
export function policySchemas(registry: FileRegistry): PolicySchemas {
  const method = registry.getMessage('spillway.v1.MethodPolicy')
  const service = registry.getMessage('spillway.v1.ServicePolicy')
  if (!method || !service) throw new Error('options.proto does not define the policies')
  return { method, service }
}

/** All settings that users wrote, checked for their form, by what they are for. */
export class SettingSources {
  readonly #methods = new Map<string, Settings>()
  readonly #services = new Map<string, Settings>()
  readonly #overlay = new Map<string, { settings: Settings; place: string }>()
  readonly #defaults: Settings
  readonly #schemas: PolicySchemas
  readonly #problems: ProblemList

  constructor(files: readonly ProtoFile[], overlay: OverlayTrees, schemas: PolicySchemas, problems: ProblemList) {
    this.#schemas = schemas
    this.#problems = problems
    for (const file of files) this.#readFile(file)
    for (const field of overlay.methods) this.#readOverlay(field)
    this.#defaults = overlay.defaults ? readSettings(overlay.defaults, schemas.service, problems) : new Map()
  }

  /** The sources of an rpc, strongest first; without one, of paths that the contract does not know. */
  layersOf(method: DescMethod | undefined): Layers {
    const layers: Layer[] = [{ source: 'yaml default', settings: this.#defaults }]
    if (method === undefined) return new Layers(layers)
    const path = `${method.parent.typeName}/${method.name}`
    const add = (source: Layer['source'], settings: Settings | undefined): void => {
      if (settings) layers.unshift({ source, settings })
    }
    add('service option', this.#services.get(method.parent.typeName))
    add('yaml method', this.#overlay.get(path)?.settings)
    add('method option', this.#methods.get(path))
    return new Layers(layers)
  }

  /** The methods that the overlay names, each with the place where it does. */
  get overlayMethods(): ReadonlyMap<string, { readonly place: string }> {
    return this.#overlay
  }

  #readFile(file: ProtoFile): void {
    const subjects = new Map<string, OptionStatement[]>()
    for (const statement of file.scan.options) {
      if (!this.#isOurs(statement)) continue
      const subject = statement.rpc === '' ? statement.service : `${statement.service}/${statement.rpc}`
      subjects.set(subject, [...(subjects.get(subject) ?? []), statement])
    }
    if (subjects.size > 0) this.#warnWithoutImport(file)
    for (const [subject, statements] of subjects) {
      const isRpc = statements[0]?.rpc !== ''
      const schema = isRpc ? this.#schemas.method : this.#schemas.service
      const settings = readSettings(this.#merged(statements), schema, this.#problems)
      ;(isRpc ? this.#methods : this.#services).set(subject, settings)
    }
  }

  /** We know the options anyway; protoc does not. */
  #warnWithoutImport({ shownAs, scan }: ProtoFile): void {
    if (scan.imports.some((wanted) => wanted.name === OPTIONS_FILE)) return
    const message = `the file uses the options of Spillway without importing them: protoc will not compile it`
    this.#problems.warning(`${shownAs}:1`, message, `write import "${OPTIONS_FILE}";`)
  }

  /** One of our two options, at the right place. What was probably meant as one is reported. */
  #isOurs({ name, place, service, rpc }: OptionStatement): boolean {
    const expected = rpc === '' ? SERVICE_OPTION : METHOD_OPTION
    const isAnyOfOurs = name === METHOD_OPTION || name === SERVICE_OPTION
    if (isAnyOfOurs && service === '')
      this.#problems.error(place, `option (${name}) belongs into a service or an rpc`, 'move it there')
    else if (isAnyOfOurs && name !== expected)
      this.#problems.error(place, `option (${name}) does not belong here`, `write (${expected})`)
    else if (!isAnyOfOurs && service !== '' && isMeantAsOurs(name))
      this.#problems.error(place, `option (${name}) lacks its package or is misspelt`, `write (${expected})`)
    return service !== '' && name === expected
  }

  /** Several statements set one option field by field: `option (…).priority = …;`. The whole can be set only once. */
  /** Several statements set one option field by field: `option (…).priority = …;`. The whole can be set only once. */
  #merged(statements: readonly OptionStatement[]): SettingNode {
    let fields: readonly FieldNode[] = []
    let whole: OptionStatement | undefined
    for (const statement of statements) {
      const value = nested(statement.path, statement)
      if (value.kind !== 'fields') return value
      if (statement.path.length === 0 && whole !== undefined) {
        const message = `option (${statement.name}) is set already at ${whole.place}`
        this.#problems.error(statement.place, message, 'merge the two')
        continue
      }
      if (statement.path.length === 0) whole = statement
      for (const field of value.fields) fields = withField(fields, field, statement.path.length - 1)
    }
    return { kind: 'fields', fields, place: statements[0]?.place ?? '' }
  }

  #readOverlay({ key, value, place }: FieldNode): void {
    const path = key.replace(/^\//, '')
    const first = this.#overlay.get(path)
    if (first !== undefined) this.#problems.error(place, `${key}: is set already at ${first.place}`, 'merge the two')
    else this.#overlay.set(path, { settings: readSettings(value, this.#schemas.method, this.#problems), place })
  }
}

/**
 * `(method)`, `(v1.method)`, `(spillway.methods)`: an option of ours that protoc would not find or that is no option.
 */
function isMeantAsOurs(name: string): boolean {
  return name.startsWith('spillway.') || /^(v1\.)?(method|service)$/.test(name)
}

function nested(path: readonly string[], { value, place }: OptionStatement): SettingNode {
  return path.reduceRight<SettingNode>(
    (inner, key) => ({ kind: 'fields', fields: [{ key, value: inner, place }], place }),
    value,
  )
}

/**
 * Adds a field; one that is there already is merged with it down to `depth`, as `(…).a.b = 1` and `(…).a.c = 2` set one
 * `a`.
 */
function withField(fields: readonly FieldNode[], added: FieldNode, depth: number): readonly FieldNode[] {
  const index = depth > 0 ? fields.findIndex((field) => field.key === added.key) : -1
  const [known, more] = [fields[index]?.value, added.value]
  if (known?.kind !== 'fields' || more.kind !== 'fields') return [...fields, added]
  const inner = more.fields.reduce((all, field) => withField(all, field, depth - 1), known.fields)
  return fields.with(index, { ...added, value: { ...known, fields: inner } })
}
