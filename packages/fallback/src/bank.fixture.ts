import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Metadata, Problem } from '@spillway/call'
import { loadContract, type MethodPolicy, type RequestMessage } from '@spillway/contract'
import type { FallbackVariables } from './fallbacks.ts'

const PROTO_FOLDER = join(import.meta.dirname, '../../../proto')

const HEAD = [
  'syntax = "proto3";',
  'package bank.v1;',
  'import "spillway/v1/options.proto";',
  'message ScoreRequest { double amount = 1; string account = 2; }',
  'message ScoreReply { string verdict = 1; string by = 2; double limit = 3; }',
].join('\n')

/** For tests: loads a bank whose service has these rpcs. Answers the contract's problems too. */
export function loadBank(rpcs: string): ReturnType<typeof loadContract> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-fallback-'))
  try {
    const text = `${HEAD} service Risk { ${rpcs} rpc Echo (ScoreReply) returns (ScoreReply); }`
    writeFileSync(join(folder, 'bank.proto'), text)
    return loadContract({ paths: [folder], includes: [PROTO_FOLDER], budgets: [] })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** `Score` with these fallback rules, and a reader of its replies. */
export class Score {
  readonly policy: MethodPolicy
  readonly #echo: MethodPolicy

  constructor(rules: string, streams = '') {
    const cheap = `rpc Cheap (ScoreRequest) returns (${streams} ScoreReply);`
    const score = `rpc Score (ScoreRequest) returns (${streams} ScoreReply) { option (spillway.v1.method) = { ${rules} }; }`
    const loaded = loadBank(`${score} ${cheap}`)
    if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('\n'))
    this.policy = loaded.ok.policyOf('/bank.v1.Risk/Score')
    this.#echo = loaded.ok.policyOf('/bank.v1.Risk/Echo')
  }

  /** What a call may show to the rules. */
  variables(
    facts: { amount?: number; account?: string; metadata?: Record<string, string>; peer?: string } = {},
  ): FallbackVariables {
    const request = this.policy.decodeRequest(scoreRequest(facts.amount ?? 0, facts.account ?? ''))
    return {
      request,
      metadata: metadataOf(facts.metadata ?? {}),
      peer: { kind: 'identity', id: facts.peer ?? 'shop' },
      className: 'standard',
    }
  }

  /** Reads a serialised reply. */
  read(bytes: Uint8Array): RequestMessage | undefined {
    return this.#echo.decodeRequest(bytes)
  }
}

/** The texts of problems. */
export function messagesOf(problems: readonly Problem[]): string[] {
  return problems.map(({ message }) => message)
}

function metadataOf(values: Record<string, string>): Metadata {
  const map = new Map(Object.entries(values))
  return { get: (name) => map.get(name) }
}

/** Serialises a ScoreRequest: field 1 as a double, field 2 as a string of less than 128 octets. */
function scoreRequest(amount: number, account: string): Uint8Array {
  const number = Buffer.alloc(9, 0x09)
  number.writeDoubleLE(amount, 1)
  return Buffer.concat([number, Buffer.from([0x12, account.length]), Buffer.from(account)])
}
