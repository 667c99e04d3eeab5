import { spawn, spawnSync } from 'node:child_process'
import { DEAF_LISTENER, field, fieldList } from '@spillway/http2'
import { expect, test } from 'vitest'
import { atEnd, startScriptedServer, type ScriptedCall } from './scripted-server.ts'

const ANSWER = [fieldList([field(':status', '200'), field('content-type', 'text/plain')])]
const BODY = Buffer.from('any request is answered with this\n')
/** Looked for on PATH. */
const H2SPEC = 'h2spec'
const TIME_LIMIT_MS = 120_000

const isInstalled = spawnSync(H2SPEC, ['--version']).status === 0

test.skipIf(!isInstalled)(
  isInstalled
    ? 'h2spec finds nothing wrong'
    : 'h2spec is skipped: not on PATH (go install github.com/summerwind/h2spec/cmd/h2spec@latest)',
  async () => {
    const server = await startScriptedServer(answerAnything)
    try {
      const { report, code } = await runH2spec(server.port)
      expect(report).toMatch(/\d+ tests, \d+ passed, 0 skipped, 0 failed/)
      expect(code).toBe(0)
    } finally {
      server.close()
    }
  },
  TIME_LIMIT_MS,
)

function answerAnything({ stream, endsStream }: ScriptedCall): typeof DEAF_LISTENER {
  const answer = (): void => {
    stream.sendHeaders(ANSWER, false)
    stream.sendData(BODY, 0, BODY.length, true)
  }
  if (!endsStream) return atEnd(stream, answer)
  answer()
  return DEAF_LISTENER
}

async function runH2spec(port: number): Promise<{ report: string; code: number | null }> {
  const run = spawn(H2SPEC, ['-p', String(port), '--strict'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let report = ''
  run.stdout.on('data', (chunk: Buffer) => (report += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => run.on('close', resolve))
  return { report, code }
}
