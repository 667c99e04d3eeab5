import { execFileSync } from 'node:child_process'
import { lutimesSync } from 'node:fs'
import { expect } from 'vitest'

/** Leaves what a process leaves that listened there and was killed long ago. */
export function leaveDeadSocket(path: string): void {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 9))`
  expect(() => execFileSync(process.execPath, ['-e', script])).toThrow('Command failed')
  lutimesSync(path, 0, 0)
}
