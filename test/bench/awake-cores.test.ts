import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { buildAwake, keepCoresAwake, sayWhetherAwake } from './awake-cores.ts'
import { findProgram } from './command.ts'

const hasCompiler = findProgram('cc') !== undefined
const folder = mkdtempSync(join(tmpdir(), 'awake-cores-'))
const program = hasCompiler ? buildAwake(folder) : ''
afterAll(() => rmSync(folder, { recursive: true }))

/** What `proc_pid_stat(5)` says of each process that runs the program: its state, its scheduling policy. */
function spinners(): { state: string; policy: number }[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      if (!readFileSync(`/proc/${name}/cmdline`, 'latin1').startsWith(program)) return []
      const fields = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
      return [{ state: fields[0] ?? '', policy: Number(fields[38]) }]
    } catch {
      return []
    }
  })
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(10)
}

const SCHED_IDLE = 5

test.runIf(hasCompiler)(
  'one process for each core runs when no other one wants to, as long as it is held',
  async () => {
    {
      await using _awake = keepCoresAwake(program, [0, 0])
      await until(() => spinners().some(({ policy }) => policy === SCHED_IDLE))
      expect(spinners()).toEqual([{ state: 'R', policy: SCHED_IDLE }])
    }
    expect(spinners()).toEqual([])
  },
)

test.runIf(hasCompiler)('ends with the process that has started it', async () => {
  const parent = spawn(process.execPath, [
    '-e',
    `require('child_process').spawn(${JSON.stringify(program)}); setInterval(() => {}, 1e6)`,
  ])
  await until(() => spinners().some(({ policy }) => policy === SCHED_IDLE))
  await sleep(50)

  parent.kill('SIGKILL')
  await until(() => spinners().length === 0)

  expect(spinners()).toEqual([])
})

test.runIf(hasCompiler)('says that it can', () => {
  expect(sayWhetherAwake(program)).toBe('kept awake while latency is measured')
})

test('says why not', () => {
  const refusing = process.execPath // it takes `check` for a script that is not there
  expect(sayWhetherAwake(refusing)).toMatch(/^may sleep: .*check/s)
})
