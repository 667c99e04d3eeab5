import { expect, test } from 'vitest'
import type { FinishedCall } from '../load/finished-call.ts'
import { LoadProcess } from './load-process.ts'
import { ServiceProcess } from './service-process.ts'

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('service and load talk to each other, and are gone when they are disposed of', async () => {
  const { signal } = new AbortController()
  const calls: FinishedCall[] = []
  let pids: number[] = []
  {
    await using service = await ServiceProcess.start(1, signal)
    await using load = new LoadProcess(1)
    pids = [service.pid, load.pid]
    expect(pids.map(isAlive)).toEqual([true, true])
    await load.run(
      `127.0.0.1:${service.port}`,
      [{ perSecond: 40, durationMs: 500 }],
      (call) => calls.push(call),
      signal,
    )
  }

  expect(calls.length).toBeGreaterThan(5)
  expect(calls.filter(({ fate }) => fate === 'ok').length).toBeGreaterThan(0)
  expect(pids.map(isAlive)).toEqual([false, false])
})

test('a load that is stopped reports what was outstanding, and no more', async () => {
  const { signal } = new AbortController()
  await using service = await ServiceProcess.start(1, signal)
  await using load = new LoadProcess(1)
  const calls: FinishedCall[] = []
  const steps = [{ perSecond: 50, durationMs: 60_000 }]

  await load.run(
    `127.0.0.1:${service.port}`,
    steps,
    (call) => {
      calls.push(call)
      if (calls.length === 5) load.stop()
    },
    signal,
  )

  expect(calls.length).toBeGreaterThanOrEqual(5)
  expect(calls.length).toBeLessThan(500)
})

test('a child that dies is an error for whoever waits for it', async () => {
  const { signal } = new AbortController()
  await using service = await ServiceProcess.start(1, signal)
  await using load = new LoadProcess(1)
  const running = load.run(
    `127.0.0.1:${service.port}`,
    [{ perSecond: 10, durationMs: 60_000 }],
    () => undefined,
    signal,
  )

  process.kill(load.pid, 'SIGKILL')

  await expect(running).rejects.toThrow("the demo's load process ended unexpectedly (SIGKILL)")
})

test('an interrupt ends the wait at once', async () => {
  const interrupt = new AbortController()
  await using service = await ServiceProcess.start(1, interrupt.signal)
  await using load = new LoadProcess(1)
  const steps = [{ perSecond: 10, durationMs: 60_000 }]
  const running = load.run(`127.0.0.1:${service.port}`, steps, () => undefined, interrupt.signal)

  interrupt.abort(new Error('interrupted by SIGINT'))

  await expect(running).rejects.toThrow('interrupted by SIGINT')
})
