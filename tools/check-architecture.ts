/**
 * Fails when the packages do not form the picture in ARCHITECTURE.md.
 *
 * Usage: node tools/check-architecture.ts [folder]
 * Rules: an import is declared in the package's own manifest · arrows go down only (app -> edge -> policy -> core), and
 * sideways only where drawn · each third-party library has its owners and no others · no import reaches into a package ·
 * every package has a README and names without `utils`, `types`, `helpers` · test tools stay out of production code.
 * Exit code: 0 when all hold, 1 otherwise, with one line for each breach.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const LAYERS = ['core', 'policy', 'edge', 'app'] as const

/** Arrows inside one layer that the picture has. */
const SIDEWAYS: Readonly<Record<string, readonly string[]>> = {
  classifier: ['contract'],
  fallback: ['contract'],
  cli: ['sidecar', 'demo'],
  demo: ['sidecar'],
}

/** Who may import a third-party library. A library that is not listed belongs to whoever declares it first. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  '@grpc/grpc-js': ['inspect', 'demo', 'attach'],
  '@grpc/proto-loader': ['contract', 'inspect', 'demo'],
  protobufjs: ['bus', 'contract'],
}

const BANNED_NAMES = /^(utils?|types?|helpers?|interfaces?|common|misc)(\.|$)/

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, string>>
  readonly nx?: { readonly tags?: readonly string[] }
}

interface Project {
  readonly short: string
  readonly folder: string
  readonly manifest: Manifest
  readonly layer: string
}

/** Every breach of the rules below `root`, one line each. */
export function findBreaches(root: string): string[] {
  const projects = globSync(join(root, 'packages/*/package.json')).sort().map(readProject)
  const byName = new Map(projects.map((project) => [project.manifest.name, project]))
  const breaches: string[] = []
  for (const project of projects) {
    breaches.push(...checkManifest(project, byName), ...checkShape(project, root))
    for (const file of globSync(join(project.folder, 'src/**/*.ts')).sort()) {
      breaches.push(...checkImports(project, byName, file).map((text) => `${file.slice(root.length + 1)}: ${text}`))
    }
  }
  return [...breaches, ...checkSoleOwners(projects)]
}

function readProject(file: string): Project {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
  const folder = file.slice(0, -'/package.json'.length)
  const layer = manifest.nx?.tags?.find((tag) => tag.startsWith('layer:'))?.slice('layer:'.length) ?? 'none'
  return { short: basename(folder), folder, manifest, layer }
}

function checkManifest(project: Project, byName: ReadonlyMap<string, Project>): string[] {
  const breaches: string[] = []
  const { short, layer, manifest } = project
  if (![...LAYERS, 'dev'].includes(layer))
    breaches.push(`packages/${short}: no layer tag; add "layer:<${LAYERS.join('|')}|dev>"`)
  if (layer === 'dev') return breaches
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const target = byName.get(name)
    if (!target) continue
    if (SIDEWAYS[short]?.includes(target.short)) continue
    if (LAYERS.findIndex((l) => l === target.layer) < LAYERS.findIndex((l) => l === layer) && target.layer !== 'dev')
      continue
    breaches.push(
      `packages/${short} (${layer}) may not depend on ${target.short} (${target.layer}): arrows go down only`,
    )
  }
  return breaches
}

function checkShape(project: Project, root: string): string[] {
  const breaches: string[] = []
  if (!existsSync(join(project.folder, 'README.md'))) breaches.push(`packages/${project.short}: no README.md`)
  for (const path of globSync(join(project.folder, 'src/**/*'))) {
    if (BANNED_NAMES.test(basename(path))) breaches.push(`${path.slice(root.length + 1)}: name the idea instead`)
  }
  return breaches
}

function checkImports(project: Project, byName: ReadonlyMap<string, Project>, file: string): string[] {
  const breaches: string[] = []
  const isTest = /\.(test|bench|contract|fixture)\.ts$/.test(file) || project.layer === 'dev'
  const production = new Set(Object.keys(project.manifest.dependencies ?? {}))
  const development = new Set(Object.keys(project.manifest.devDependencies ?? {}))
  for (const specifier of importsOf(readFileSync(file, 'utf8'))) {
    if (specifier.startsWith('.') || specifier.startsWith('node:') || (isTest && specifier === 'vitest')) continue
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/')
    if (name === project.manifest.name) breaches.push(`imports its own package by name; use a relative path`)
    else if (!production.has(name) && !(isTest && development.has(name))) {
      breaches.push(`imports ${name}, which ${project.manifest.name} does not declare`)
    }
    const target = byName.get(name)
    if (target && !isExported(target, specifier)) breaches.push(`reaches into ${name}; import what it exports`)
    const owners = OWNERS[name]
    if (owners && !isTest && !owners.includes(project.short))
      breaches.push(`imports ${name}; only ${owners.join(', ')} may`)
  }
  return breaches
}

function isExported({ manifest }: Project, specifier: string): boolean {
  return Object.hasOwn(manifest.exports ?? {}, `.${specifier.slice(manifest.name.length)}`)
}

function importsOf(text: string): string[] {
  // Single quotes, which the formatter sees to: a double-quoted import is `.proto` text inside a test.
  const pattern = /^\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '').filter((specifier) => specifier !== '')
}

function checkSoleOwners(projects: readonly Project[]): string[] {
  const declaredBy = new Map<string, string[]>()
  for (const { manifest, short } of projects) {
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      if (!name.startsWith('@spillway/') && !OWNERS[name])
        declaredBy.set(name, [...(declaredBy.get(name) ?? []), short])
    }
  }
  return [...declaredBy]
    .filter(([, owners]) => owners.length > 1)
    .map(
      ([name, owners]) =>
        `${name} is declared by ${owners.join(' and ')}: one owner only, or list it in OWNERS with a reason`,
    )
}

if (import.meta.main) {
  const breaches = findBreaches(process.argv[2] ?? process.cwd())
  for (const breach of breaches) console.error(breach)
  process.exitCode = breaches.length > 0 ? 1 : 0
}
