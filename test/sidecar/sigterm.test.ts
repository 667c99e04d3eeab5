import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Status } from '@spillway/call'
import { FrameType } from '@spillway/http2'
import { expect, onTestFinished, test } from 'vitest'
import { RawClient, requestWith, valuesOf } from '../conformance/raw-client.ts'
import { StockCaller, type Answer } from './scene.ts'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/spillway.js', import.meta.url))
const APP = fileURLToPath(new URL('stock-app.fixture.ts', import.meta.url))
const DRAIN = ['--drain-settle', '300ms', '--drain-grace', '30s', '--drain-stop', '5s']
const FREE = [
  '--inbound-host',
  '127.0.0.1',
  ...['inbound', 'outbound', 'inspect', 'web'].flatMap((of) => [`--${of}-port`, '0']),
]
const CALLERS = 3
const CALL_EVERY_MS = 20
const WARM_CALLS = 50
/** How grpc-js puts it that a call provably reached nobody. */
const NEVER_SENT = /ECONNREFUSED|No connection established|NGHTTP2_REFUSED_STREAM/
const EMPTY_MESSAGE = Buffer.alloc(5)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** `spillway run` around a real app: both are processes of their own. */
async function startRun() {
  const port = await freePort()
  const app = [process.execPath, APP, String(port)]
  const run = spawn(
    process.execPath,
    [COMMAND, 'run', ...FREE, ...DRAIN, '--json', '--app-port', String(port), '--', ...app],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  let told = ''
  run.stderr.setEncoding('utf8').on('data', (text: string) => (told += text))
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(told)
      if (match !== null) return match
      if (run.exitCode !== null) throw new Error(`ended without saying ${String(pattern)}: ${told}`)
      await Promise.race([once(run.stderr, 'data'), once(run, 'exit')])
    }
  }
  const [, inbound = ''] = await says(/"inbound":"([^"]+)"/)
  await says(/"event":"serving"/)
  return { run, says, inbound, end: once(run, 'close') }
}

/** Calls at a fixed pace, whatever becomes of them, until told to stop. */
class OpenLoad {
  readonly ends: Promise<Answer>[] = []
  readonly #warm = Promise.withResolvers<Answer>()
  readonly #callers: readonly StockCaller[]
  readonly #timer: NodeJS.Timeout

  constructor(address: string) {
    this.#callers = Array.from({ length: CALLERS }, () => new StockCaller(address))
    this.#timer = setInterval(() => {
      const caller = this.#callers[this.ends.length % CALLERS]
      if (caller !== undefined) this.ends.push(caller.call('Reserve'))
      if (this.ends.length === WARM_CALLS) void this.ends.at(-1)?.then(this.#warm.resolve)
    }, CALL_EVERY_MS)
  }

  /** Resolves when `WARM_CALLS` were made and the last of them is over. */
  get warm(): Promise<unknown> {
    return this.#warm.promise
  }

  async stop(): Promise<readonly Answer[]> {
    clearInterval(this.#timer)
    const answers = await Promise.all(this.ends)
    for (const caller of this.#callers) caller.close()
    return answers
  }
}

test(
  'SIGTERM under load: no call is cut, new ones are told DRAINING with pushback 0, the exit code is passed on',
  { timeout: 60_000 },
  async () => {
    const { run, says, inbound, end } = await startRun()
    onTestFinished(() => void run.kill('SIGKILL'))
    const load = new OpenLoad(inbound)
    const steady = await RawClient.connect(inbound)
    const send = (streamId: number, method: string): void => {
      steady.headers(streamId, requestWith({ ':path': `/stock.v1.Stock/${method}` }), false)
      steady.data(streamId, EMPTY_MESSAGE, true)
    }
    await load.warm
    run.kill('SIGTERM')
    send(1, 'Report') // it takes longer than the settling: most of it runs while new calls are turned away
    await steady.next(FrameType.GOAWAY, 0)
    const callsAtGoAway = load.ends.length

    for (const streamId of [3, 5, 7]) {
      send(streamId, 'Reserve')
      const refusal = await steady.rest(streamId)
      expect(valuesOf(refusal, 'grpc-status')).toEqual([String(Status.UNAVAILABLE)])
      expect(valuesOf(refusal, 'grpc-message')).toEqual(['the server is shutting down'])
      expect(valuesOf(refusal, 'grpc-retry-pushback-ms')).toEqual(['0'])
    }
    expect(valuesOf(await steady.rest(1), 'grpc-status')).toEqual([String(Status.OK)])
    steady.close()
    await says(/"event":"drained","cut":0/)
    const [exitCode] = (await end) as [number | null]
    const answers = await load.stop()

    expect(exitCode).toBe(7)
    expect(answers.slice(0, WARM_CALLS).map(({ code }) => code)).toEqual(
      Array.from({ length: WARM_CALLS }, () => Status.OK),
    )
    expect(answers.length).toBeGreaterThan(callsAtGoAway)
    for (const { code, details, trailers } of answers.filter((answer) => answer.code !== Status.OK)) {
      const isOurs = trailers.has('spillway-origin')
      expect([code, details]).toEqual([
        Status.UNAVAILABLE,
        expect.stringMatching(isOurs ? /^the server is shutting down$/ : NEVER_SENT),
      ])
      if (isOurs) expect(trailers.get('grpc-retry-pushback-ms')).toBe('0')
    }
  },
)
