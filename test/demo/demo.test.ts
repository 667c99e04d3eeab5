import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { runDemo } from '@spillway/demo'
import { afterAll, expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('short-demo.fixture.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'spillway-demo-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test(
  'keeps critical calls alive behind the sidecar, opens the breaker and pictures it',
  { timeout: 90_000 },
  async () => {
    const reportPath = join(folder, 'report.html')
    const written: string[] = []

    const exitCode = await runDemo({
      json: true,
      reportPath,
      durations: { stepMs: 1_000, healthyMs: 500, faultyMs: 4_000, recoveryMs: 20_000 },
      write: (text) => written.push(text),
    })

    const result: unknown = JSON.parse(written.join(''))
    expect(exitCode).toBe(0)
    expect(result).toMatchObject({ verdict: { isKept: true }, acts: [{ number: 1 }, { number: 2 }, { number: 3 }] })
    expect(result).toHaveProperty('breaker.openedMs', expect.any(Number))
    expect(readFileSync(reportPath, 'utf8')).toContain('</html>')
  },
)

test.skipIf(process.platform !== 'linux')(
  'Ctrl-C during any act leaves no process and no report behind',
  { timeout: 90_000 },
  async () => {
    const reportPath = join(folder, 'unfinished.html')
    for (const act of ['act 1', 'act 2']) {
      const demo = spawn(process.execPath, [PROGRAM, reportPath], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
      const pid = demo.pid ?? 0
      await printed(demo, act)
      const children = childrenOf(pid)
      expect(children.length).toBeGreaterThanOrEqual(2)

      process.kill(-pid, 'SIGINT') // a terminal tells every process of the group
      const [exitCode] = await once(demo, 'exit')

      expect(exitCode).toBe(130)
      expect(children.filter((child) => existsSync(`/proc/${child}`))).toEqual([])
    }
    expect(existsSync(reportPath)).toBe(false)
  },
)

test.skipIf(process.platform !== 'linux')('SIGKILL leaves no process behind either', { timeout: 90_000 }, async () => {
  const demo = spawn(process.execPath, [PROGRAM, join(folder, 'killed.html')], { stdio: ['ignore', 'pipe', 'pipe'] })
  await printed(demo, 'act 2')
  const children = childrenOf(demo.pid ?? 0)
  expect(children.length).toBe(3) // service, load, sidecar

  demo.kill('SIGKILL')
  await once(demo, 'exit')

  while (children.some((child) => existsSync(`/proc/${child}`))) await setTimeout(20)
})

async function printed(child: ChildProcess, text: string): Promise<void> {
  let output = ''
  child.stdout?.setEncoding('utf8')
  for await (const part of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    output += String(part)
    if (output.includes(text)) return
  }
  throw new Error(`the demo ended without printing ${text}: ${output}`)
}

function childrenOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  )
}
