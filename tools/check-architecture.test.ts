import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findBreaches } from './check-architecture.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'architecture-'))
  addPackage('call', 'core', {}, '')
})
afterEach(() => rmSync(root, { recursive: true }))

function addPackage(
  name: string,
  layer: string,
  dependencies: Record<string, string>,
  code: string,
  exports: Record<string, string> = { '.': './src/index.ts' },
): void {
  const folder = join(root, 'packages', name)
  mkdirSync(join(folder, 'src'), { recursive: true })
  writeFileSync(join(folder, 'README.md'), `# ${name}`)
  writeFileSync(join(folder, 'src', 'index.ts'), code)
  const manifest = { name: `@spillway/${name}`, dependencies, exports, nx: { tags: [`layer:${layer}`] } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
}

test('accepts declared imports that go down', () => {
  addPackage('admission', 'policy', { '@spillway/call': '*' }, "import { Call } from '@spillway/call'\n")

  expect(findBreaches(root)).toEqual([])
})

test('refuses an arrow that goes up', () => {
  addPackage('relay', 'edge', {}, '')
  addPackage('breaker', 'policy', { '@spillway/relay': '*' }, '')

  expect(findBreaches(root)).toEqual(['packages/breaker (policy) may not depend on relay (edge): arrows go down only'])
})

test('refuses an import that the manifest does not declare', () => {
  addPackage('breaker', 'policy', {}, "import CircuitBreaker from 'opossum'\n")

  expect(findBreaches(root)).toEqual([
    'packages/breaker/src/index.ts: imports opossum, which @spillway/breaker does not declare',
  ])
})

test('refuses a second owner of a library', () => {
  addPackage('breaker', 'policy', { opossum: '10' }, '')
  addPackage('fallback', 'policy', { opossum: '10' }, '')

  expect(findBreaches(root)).toEqual([
    'opossum is declared by breaker and fallback: one owner only, or list it in OWNERS with a reason',
  ])
})

test('refuses imports that reach into a package', () => {
  addPackage('admission', 'policy', { '@spillway/call': '*' }, "export * from '@spillway/call/src/gates.ts'\n")

  expect(findBreaches(root)).toEqual([
    'packages/admission/src/index.ts: reaches into @spillway/call; import what it exports',
  ])
})

test('accepts imports of all that a package exports', () => {
  addPackage('call', 'core', {}, '', { '.': './src/index.ts', './words': './src/index.ts' })
  addPackage('admission', 'policy', { '@spillway/call': '*' }, "export * from '@spillway/call/words'\n")

  expect(findBreaches(root)).toEqual([])
})

test('refuses catch-all file names', () => {
  writeFileSync(join(root, 'packages/call/src/utils.ts'), '')

  expect(findBreaches(root)).toEqual(['packages/call/src/utils.ts: name the idea instead'])
})
