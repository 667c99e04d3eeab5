import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatProblem } from '@spillway/call'
import { TLS_FILES } from '@spillway/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from './load-config.ts'

/** A real seed, and the same with one letter changed. */
const SEED = 'SUANEPNQOW35WFFUEGAWBRGXTOMPWFEWJLZMVNNLPXXOHMLWFVODSPSKA4'
const MISSPELT = SEED.slice(0, 20) + (SEED[20] === 'A' ? 'B' : 'A') + SEED.slice(21)
const CREDS = [
  '-----BEGIN NATS USER JWT-----',
  'eyJ0eXAiOiJKV1QifQ.e30.c2ln',
  '------END NATS USER JWT------',
  '',
  '-----BEGIN USER NKEY SEED-----',
  SEED,
  '------END USER NKEY SEED------',
  '',
].join('\n')

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nats-problems-'))
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  write('seed.nk', `${SEED}\n`)
  write('misspelt.nk', MISSPELT)
  write('account.nk', SEED.replace('SU', 'SA'))
  write('user.creds', CREDS)
  write('half.creds', CREDS.slice(0, 70))
  write('misspelt.creds', CREDS.replace(SEED, MISSPELT))
  write('password', 'pass-word\n')
  write('empty', '\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What is wrong with these settings of `nats`, with the folder left out. */
function linesOf(nats: string, env: Record<string, string> = {}): string[] {
  const file = join(folder, 'spillway.yaml')
  writeFileSync(file, `nats:\n  ${nats.replaceAll('\n', '\n  ')}\n`)
  const result = loadConfig({ file, env })
  if (!('problems' in result)) return []
  return result.problems.map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ''))
}

const { ca, server, client } = TLS_FILES

describe('these log in, with files beside the settings', () => {
  test.each([
    ['a password in a file', 'user: one\npassword_file: password'],
    ['a password', 'user: one\npassword: pass-word'],
    ['a seed', 'nkey_file: seed.nk'],
    ['credentials', 'creds_file: user.creds'],
    [
      'a certificate beside credentials',
      `creds_file: user.creds\ntls: { ca: ${ca}, cert: ${client.cert}, key: ${client.key} }`,
    ],
  ])('%s', (_what, nats) => {
    expect(linesOf(nats)).toEqual([])
  })

  test('a password in the environment', () => {
    expect(linesOf('user: one', { SPILLWAY_NATS_PASSWORD: 'pass-word' })).toEqual([])
  })
})

test.each([
  [
    'nkey_file: gone.nk',
    'spillway.yaml:2: error: nats.nkey_file: gone.nk cannot be read (ENOENT). Fix: name a file that exists.',
  ],
  [
    'nkey_file: misspelt.nk',
    'spillway.yaml:2: error: nats.nkey_file: misspelt.nk holds no seed of a user nkey. Fix: make one with nk -gen user (SU…).',
  ],
  [
    'nkey_file: account.nk',
    'spillway.yaml:2: error: nats.nkey_file: account.nk holds no seed of a user nkey. Fix: make one with nk -gen user (SU…).',
  ],
  [
    'creds_file: half.creds',
    'spillway.yaml:2: error: nats.creds_file: half.creds holds no JWT and user seed. Fix: make one with nsc generate creds.',
  ],
  [
    'creds_file: misspelt.creds',
    'spillway.yaml:2: error: nats.creds_file: misspelt.creds holds no JWT and user seed. Fix: make one with nsc generate creds.',
  ],
  [
    'user: one\npassword_file: empty',
    'spillway.yaml:3: error: nats.password_file: empty is empty. Fix: write the password into it.',
  ],
  [
    'user: one\npassword: a\npassword_file: password',
    'spillway.yaml:4: error: nats.password_file: nats.password is set already. Fix: keep one of them.',
  ],
  [
    'user: one',
    'spillway.yaml:2: error: nats.user: there is no password. Fix: add nats.password_file or nats.password.',
  ],
  ['password: pass-word', 'spillway.yaml:2: error: nats.password: whose it is nobody says. Fix: add nats.user.'],
  [
    'nkey_file: seed.nk\ncreds_file: user.creds',
    'spillway.yaml:3: error: nats.creds_file: nats.nkey_file says who we are already. Fix: keep one of them.',
  ],
  [
    'tls: { ca: password }',
    'spillway.yaml:2: error: nats.tls.ca: password holds no certificate. Fix: name a PEM file.',
  ],
  [
    `tls: { cert: ${client.cert} }`,
    'spillway.yaml:2: error: nats.tls.cert: its key is missing. Fix: add nats.tls.key.',
  ],
  [
    `tls: { key: ${client.key} }`,
    'spillway.yaml:2: error: nats.tls.key: its certificate is missing. Fix: add nats.tls.cert.',
  ],
  [
    `tls: { cert: ${client.cert}, key: ${server.key} }`,
    `spillway.yaml:2: error: nats.tls.key: does not belong to nats.tls.cert (${client.cert}). Fix: name the key of that certificate.`,
  ],
  [
    `tls: { cert: ${client.cert}, key: ${client.cert} }`,
    `spillway.yaml:2: error: nats.tls.key: ${client.cert} holds no private key without a passphrase. Fix: name a PEM file.`,
  ],
])('%s is answered with one line', (nats, line) => {
  expect(linesOf(nats)).toEqual([line])
})

test('nothing of what is in the files is shown', () => {
  const lines = linesOf('creds_file: misspelt.creds\npassword: pass-word').join('\n')

  expect(lines).not.toMatch(/SUANEPNQ|pass-word|eyJ0/)
})
