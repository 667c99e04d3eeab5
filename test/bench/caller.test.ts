import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ANSWER_BYTES, buildBackend } from './backend.ts'
import { buildCaller, callerCommand, parseOpenLoadResult, runCaller } from './caller.ts'
import { findProgram, formatCommand } from './command.ts'
import { freePorts } from './free-ports.ts'
import { PinnedProcess } from './pinned-process.ts'

test('reads what the caller prints, second by second', () => {
  expect(parseOpenLoadResult('4 1 207\n10 250\n999999 1500\n2000000 100\n')).toEqual({
    done: 4,
    failed: 1,
    dataBytes: 207,
    seconds: [[0.25, 1.5], [], [0.1]],
  })
})

test('a load is one command line that can be typed again', () => {
  const load = { connections: 10, perSecond: 1_000, warmUpSeconds: 1, seconds: 4, seed: 7 }
  expect(formatCommand(callerCommand('caller', 7_051, load))).toBe('caller 7051 10 1000 1 4 7')
})

const canCompile = process.platform === 'linux' && findProgram('cc') !== undefined

test.runIf(canCompile)('every call is answered whole and counted, and the same seed draws the same times', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-caller-'))
  try {
    const [port = 0] = await freePorts(1)
    await using _backend = await PinnedProcess.start(buildBackend(folder, port), 0, port)
    const load = { connections: 3, perSecond: 400, warmUpSeconds: 0, seconds: 0.5, seed: 7 }
    const command = callerCommand(buildCaller(folder), port, load)
    const { signal } = new AbortController()
    const first = await runCaller(command, 0, signal)
    const second = await runCaller(command, 0, signal)

    expect(first.failed).toBe(0)
    expect(first.done).toBeGreaterThan(120)
    expect(first.done).toBeLessThan(280)
    expect(first.dataBytes).toBe(first.done * ANSWER_BYTES)
    expect(first.seconds[0]).toHaveLength(first.done)
    expect(second.done).toBe(first.done)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
