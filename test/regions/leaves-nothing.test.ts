import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { findNatsServer } from '@spillway/testkit'
import { describe, expect, test } from 'vitest'

const TOUR = fileURLToPath(new URL('../../tools/run-regions.ts', import.meta.url))

/** Starts the tour in a process group of its own and waits until its processes have been started. */
async function startTour(): Promise<ChildProcess> {
  const tour = spawn(process.execPath, [TOUR, '--short'], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  await once(tour.stdout, 'data')
  return tour
}

/** Some process of the group is alive; one that has ended and that nobody has asked about yet is not. */
function isAnybodyLeft({ pid = 0 }: ChildProcess): boolean {
  const { stdout } = spawnSync('ps', ['-eo', 'pgid=,stat='], { encoding: 'utf8' })
  const processes = stdout.split('\n').map((line) => line.trim().split(/\s+/))
  return processes.some(([group, state = 'Z']) => group === String(pid) && !state.startsWith('Z'))
}

describe.skipIf(!findNatsServer())('a tour that is broken off', { timeout: 120_000 }, () => {
  test('by Ctrl-C ends everything it started', async () => {
    const tour = await startTour()
    expect(isAnybodyLeft(tour)).toBe(true)
    tour.kill('SIGINT')
    const [code] = (await once(tour, 'exit')) as [number]

    expect(code).toBe(130)
    await expect.poll(() => isAnybodyLeft(tour), { timeout: 5_000 }).toBe(false)
  })

  test('by kill -9 takes everything with it', async () => {
    const tour = await startTour()
    tour.kill('SIGKILL')

    await expect.poll(() => isAnybodyLeft(tour), { timeout: 25_000 }).toBe(false)
  })
})
