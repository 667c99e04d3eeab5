import protobuf from 'protobufjs'
import type { ProblemList } from './problem-list.ts'
import { scanProto, type ProtoScan } from './proto-scan.ts'
import { TokenError } from './proto-tokens.ts'

/** One `.proto` file, read. */
export interface ProtoFile {
  /** As other files import it: `bank/v1/bank.proto`. */
  readonly name: string
  /** As people find it: `proto/bank/v1/bank.proto`. */
  readonly shownAs: string
  readonly scan: ProtoScan
  /** What protobufjs makes of this file alone, nothing resolved. */
  readonly root: protobuf.Root
}

/** Reads one source; undefined when it is no `.proto` file, and then the problem says why. */
export function readProtoFile(
  name: string,
  shownAs: string,
  source: string,
  problems: ProblemList,
): ProtoFile | undefined {
  try {
    const scan = scanProto(source, shownAs)
    const { root } = protobuf.parse(scan.blanked, { keepCase: true })
    return { name, shownAs, scan, root }
  } catch (error) {
    const { line, message } = describe(error, source)
    problems.error(`${shownAs}:${line}`, message, 'correct the syntax')
    return undefined
  }
}

/** protobufjs tells the line inside its message; at the end of the file it may throw anything. */
function describe(error: unknown, source: string): { line: number; message: string } {
  if (error instanceof TokenError) return { line: error.line, message: error.message }
  const text = error instanceof Error ? error.message : String(error)
  const told = /^(.*?) \(line (\d+)\)/s.exec(text)
  if (told?.[1] !== undefined) return { line: Number(told[2]), message: told[1] }
  const lastLine = source.trimEnd().split('\n').length
  return { line: lastLine, message: `the file cannot be parsed (${text})` }
}
