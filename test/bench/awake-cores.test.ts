import { existsSync, mkdtempSync, readFileSync, readlinkSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keepCoresAwake } from './awake-cores.ts'

function newFile(content = 'before'): string {
  const folder = mkdtempSync(join(tmpdir(), 'awake-cores-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'device')
  writeFileSync(path, content)
  return path
}

/** Files that this process holds open. */
function openFiles(): string[] {
  const folder = '/proc/self/fd'
  return readdirSync(folder).flatMap((name) =>
    existsSync(join(folder, name)) ? [readlinkSync(join(folder, name))] : [],
  )
}

test.runIf(process.platform === 'linux')('asks for no latency at all, as long as it is held', () => {
  const device = newFile()
  {
    using awake = keepCoresAwake(device, newFile('intel_idle\n'))
    expect(awake.note).toBe('kept awake while latency is measured')
    expect(readFileSync(device)).toEqual(Buffer.from('\0\0\0\0re'))
    expect(openFiles()).toContain(device)
  }
  expect(openFiles()).not.toContain(device)
})

test('without the right to do so, says that they may sleep', () => {
  using awake = keepCoresAwake('/nowhere/cpu_dma_latency', newFile('intel_idle\n'))
  expect(awake.note).toBe('may sleep: /nowhere/cpu_dma_latency cannot be written')
})

test.each(['none\n', undefined])(
  'where no driver puts cores to sleep (%j), says that the request is not heeded',
  (driver) => {
    const device = newFile()
    using awake = keepCoresAwake(device, driver === undefined ? '/nowhere/current_driver' : newFile(driver))
    expect(awake.note).toBe('may sleep: the kernel has no idle driver')
    expect(readFileSync(device, 'utf8')).toBe('before')
  },
)
