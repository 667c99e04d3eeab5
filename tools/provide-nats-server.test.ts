import { expect, test } from 'vitest'
import { installCommands } from './provide-nats-server.ts'

const nobody = { platform: 'linux', isRoot: false, hasAptGet: true, hasBrew: false } as const

test('installs by apt-get for root, and never asks', () => {
  const commands = installCommands({ ...nobody, isRoot: true })

  expect(commands.map((command) => command.slice(0, 2).join(' '))).toEqual([
    'apt-get install',
    'apt-get update',
    'apt-get install',
  ])
  expect(commands[0]).toContain('-y')
})

test('installs nothing where that takes a password', () => {
  expect(installCommands(nobody)).toEqual([])
})

test('installs by Homebrew on a Mac that has it', () => {
  expect(installCommands({ platform: 'darwin', isRoot: false, hasAptGet: false, hasBrew: true })).toEqual([
    ['brew', 'install', '--quiet', 'nats-server'],
  ])
})
