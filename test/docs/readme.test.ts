import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatProblem } from '@spillway/call'
import { loadContract } from '@spillway/contract'
import { loadConfig } from '@spillway/sidecar/config'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const BUDGETS = ['scoring', 'tokens']

/** The examples that readers copy, by language. */
function examples(language: string): readonly string[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map((match) => match[1] ?? '')
}

/** One of the example protos with these rpcs for its own. */
function withRpcs(proto: string, rpcs: string): string {
  const source = readFileSync(join(ROOT, 'proto/example', proto), 'utf8')
  const [head = ''] = source.split(/^service /m)
  const messages = source.slice(source.search(/^(enum|message) /m))
  return `${head}service Example {\n${rpcs}\n}\n${messages}`
}

test.each(examples('proto').map((text, index) => [index + 1, text] as const))(
  'proto example %i of the README is right',
  (_, text) => {
    const rpcs = text.replace(/^import .*$/m, '')
    const proto = rpcs.includes('ScoreRequest') ? 'bank/v1/bank.proto' : 'inference/v1/chat.proto'
    const problems = inFile('example.proto', withRpcs(proto, rpcs), (file) => {
      const loaded = loadContract({ paths: [], roots: [file], includes: [join(ROOT, 'proto')], budgets: BUDGETS })
      return 'problems' in loaded ? loaded.problems : loaded.warnings
    })

    expect(problems.map(formatProblem)).toEqual([])
  },
)

test.each(examples('yaml').map((text, index) => [index + 1, text] as const))(
  'YAML example %i of the README is right',
  (_, text) => {
    const problems = inFile('spillway.yaml', text, (file) => {
      const loaded = loadConfig({ file })
      return 'problems' in loaded ? loaded.problems : loaded.ok.warnings
    })

    expect(problems.map(formatProblem)).toEqual([])
  },
)

function inFile<T>(name: string, text: string, run: (file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-readme-'))
  try {
    writeFileSync(join(folder, name), text)
    return run(join(folder, name))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
