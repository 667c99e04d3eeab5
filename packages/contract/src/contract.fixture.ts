import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { formatProblem } from '@spillway/call'
import type { Contract } from './contract.ts'
import { loadContract, type LoadOptions, type LoadResult } from './load-contract.ts'
import type { MethodPolicy } from './method-policy.ts'

/** Files for a test, by name. */
export type Files = Readonly<Record<string, string>>

function loadFiles(files: Files, options: Partial<LoadOptions> = {}): LoadResult {
  return inFolder(files, (folder) => loadContract({ paths: [folder], budgets: ['tokens'], ...options }))
}

/** For tests: the lines that people would see, with the names of the files as given. */
export function problemLines(files: Files, options: Partial<LoadOptions> = {}): string[] {
  return inFolder(files, (folder) => {
    const result = loadContract({ paths: [folder], budgets: ['tokens'], ...options })
    const problems = 'problems' in result ? result.problems : result.warnings
    return problems.map((problem) => formatProblem(problem).replaceAll(`${folder}/`, '').replaceAll(folder, '.'))
  })
}

/** For tests: the contract; throws what is wrong with it. */
export function contractOf(files: Files, options: Partial<LoadOptions> = {}): Contract {
  const result = loadFiles(files, options)
  if ('ok' in result) return result.ok
  throw new Error(result.problems.map(formatProblem).join('\n'))
}

/** For tests: a file of one service `to.v1.T` with an rpc `Do(Q) returns (R)` whose method option holds these lines. */
export function withOption(option: string, more = ''): Files {
  return {
    't.proto': [
      'syntax = "proto3"; package to.v1; import "spillway/v1/options.proto";',
      'message Q { string name = 1; double amount = 2; repeated Item items = 3; Kind kind = 4; int64 count = 5; }',
      'message Item { double price = 1; }',
      'message R { string text = 1; int32 code = 2; Kind kind = 3; }',
      'enum Kind { NONE = 0; SOME = 1; }',
      'service T {',
      '  rpc Do(Q) returns (R) {',
      '    option (spillway.v1.method) = {',
      option,
      '    };',
      '  }',
      `  ${more}`,
      '}',
    ].join('\n'),
  }
}

/** For tests: the policy of `to.v1.T/Do` with this method option. */
export function policyWith(option: string, more = ''): MethodPolicy {
  return contractOf(withOption(option, more)).policyOf('/to.v1.T/Do')
}

function inFolder<T>(files: Files, run: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    return run(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
