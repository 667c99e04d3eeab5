import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { FREE_PORTS, runCommand } from './command-process.fixture.ts'

const OPTIONS = 'import "spillway/v1/options.proto";'
const EXAMPLES = fileURLToPath(new URL('../../../proto/example/spillway.yaml', import.meta.url))
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function files(contents: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-cli-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text)
  return folder
}

test.each([
  ['an unknown command', ['chekc'], "spillway: error: unknown command 'chekc' (Did you mean check?). Fix: see spillway --help."],
  ['an unknown flag', ['run', '--ap-port', '1', '--', 'x'], "spillway: error: unknown option '--ap-port' (Did you mean --app-port?). Fix: see spillway run --help."],
  ['a missing command', ['run'], "spillway: error: missing required argument 'command'. Fix: see spillway run --help."],
  ['an app at a port of ours', ['sidecar', '--app-port', '7051'], '--app-port: error: inbound.app: 127.0.0.1:7051 is inbound.port of this sidecar. Fix: name the port of the service.'],
  ['a port that is none', ['check', '--app-port', '5o051'], '--app-port: error: 5o051 is no port (allowed: 1 to 65535). Fix: write --app-port 50051.'],
  ['a missing proto', ['run', '--proto', '/no/such', '--', 'x'], '--proto: error: /no/such does not exist. Fix: name a .proto file or a folder of them.'],
  ['an inspector that is no address', ['top', '--inspect', 'nonsense'], '--inspect: error: nonsense is no address (allowed: host:port). Fix: write --inspect 127.0.0.1:7053.'],
  ['an inspector at a port that is none', ['top', '--inspect', '127.0.0.1:70000'], '--inspect: error: 127.0.0.1:70000 is no address (allowed: host:port). Fix: write --inspect 127.0.0.1:7053.'],
  ['a share that is too large', ['tap', '--sample', '2'], "spillway: error: option '--sample <share>' argument '2' is invalid. Allowed: above 0 to 1. Fix: see spillway tap --help."],
  ['a rate that lets nothing through', ['tap', '--max-per-second', '0'], "spillway: error: option '--max-per-second <n>' argument '0' is invalid. Allowed: 1 to 1000. Fix: see spillway tap --help."],
  ['a time below zero', ['tap', '--min-ms', '-1'], "spillway: error: option '--min-ms <ms>' argument '-1' is invalid. Allowed: 0 or more. Fix: see spillway tap --help."],
  ['a breaker without a name', ['breakers', 'trip'], "spillway: error: missing required argument 'name'. Fix: see spillway breakers trip --help."],
  ['no method at all', ['explain', ''], 'explain: error: the method is an empty text. Fix: write package.Service/Method.'],
  ['a command to come', ['chaos', 'kill', '--all'], 'spillway chaos: error: is not there yet. Fix: see spillway --help for what is.'],
  ['a number that is none', ['tap', '--sample', 'half'], "spillway: error: option '--sample <share>' argument 'half' is invalid. It is no number. Fix: see spillway tap --help."],
])('%s is one line and exit code 1', async (_, args, line) => {
  const { exitCode, out, err } = await runCommand(args)

  expect([exitCode, out, err]).toEqual([1, '', `${line}\n`])
}) // prettier-ignore

test('check tells all problems of a broken settings file at once', async () => {
  const folder = files({ 'spillway.yaml': 'inbund: { port: 1 }\nadmission: { limit: none }\n' })
  const { exitCode, out } = await runCommand(['check', '--config', join(folder, 'spillway.yaml')])

  expect(exitCode).toBe(1)
  expect(out.replaceAll(folder, '')).toMatch(
    /^error {4}\/spillway\.yaml:1: inbund: there is no such key .* Fix: write inbound\.\nerror {4}\/spillway\.yaml:2: admission\.limit: none is no whole number .*\n$/,
  )
})

test('check tells all problems of broken proto options at once', async () => {
  const proto = `syntax = "proto3";
package a.v1;
${OPTIONS}
service A {
  rpc B (M) returns (M) { option (spillway.v1.method) = { priority: CRITICL }; }
  rpc C (M) returns (M) { option (spillway.v1.method) = { timeout: "soon" budget: "none" }; }
}
message M {}
`
  const folder = files({ 'a.proto': proto })
  const { exitCode, out } = await runCommand(['check', '--proto', folder])

  expect(exitCode).toBe(1)
  const lines = out.trimEnd().split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(/a\.proto:5: priority: CRITICL is no priority class .*Fix: write CRITICAL\.$/)
  expect(lines.slice(1).join('\n')).toMatch(/a\.proto:6: .*soon/)
  expect(lines.slice(1).join('\n')).toMatch(/a\.proto:6: budget: none/)
})

test('check tells what is wrong with settings, overlay and proto options in one go', async () => {
  const option = '{ timeout: "soon" budget: "scoring" }'
  const folder = files({
    'a.proto': `syntax = "proto3";\n${OPTIONS}\nservice A { rpc B (M) returns (M) { option (spillway.v1.method) = ${option}; } }\nmessage M {}\n`,
    'spillway.yaml':
      'proto: { paths: [.] }\nadmission: { limit: none }\nbudgets: { scoring: { rate: 0 } }\npolicy: { methods: { A/C: {} } }\n',
  })
  const { exitCode, out } = await runCommand(['check', '--config', join(folder, 'spillway.yaml')])

  expect(exitCode).toBe(1)
  const places = out.trimEnd().split('\n').map((line) => /^error +\S*\/([a-z.]+:\d+): ([\w.]+)/.exec(line)?.slice(1).join(' ')) // prettier-ignore
  expect(places).toEqual([
    'spillway.yaml:2 admission.limit',
    'spillway.yaml:3 budgets.scoring.burst',
    'a.proto:3 timeout',
    'spillway.yaml:4 A',
  ])
})

test('check on what is right ends with 0, and says it as JSON too', async () => {
  const { exitCode, out } = await runCommand(['check', ...FREE_PORTS, '--json'])
  const { findings } = JSON.parse(out) as { findings: { severity: string }[] }

  expect(exitCode).toBe(0)
  expect(findings.some(({ severity }) => severity === 'error')).toBe(false)
})

test.each([
  ['Score', 'bank.v1.Risk/Score'],
  ['bank.v1.risk', 'one of bank.v1.Risk/Analyse, bank.v1.Risk/Score'],
  ['nothing', 'one of bank.v1.Risk/Analyse, bank.v1.Risk/Score, chat.v1.Chat/Embed, chat.v1.Chat/Generate, chat.v1.Chat/Stream'],
])('who asks explain for %s is told what it may have meant', async (method, meant) => {
  const { err } = await runCommand(['explain', method, '--config', EXAMPLES])

  expect(err).toBe(`${method}: error: there is no such rpc. Fix: write ${meant}.\n`)
}) // prettier-ignore

test('check says whether the servers of NATS take connections', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const servers = `nats://127.0.0.1:${port},nats://127.0.0.1:1`
  const { exitCode, out } = await runCommand(['check', ...FREE_PORTS, '--nats-servers', servers])
  server.close()

  expect(exitCode).toBe(0)
  expect(out).toMatch(new RegExp(`^OK +nats: 127\\.0\\.0\\.1:${port} takes connections$`, 'm'))
  expect(out).toMatch(
    /^warning +nats: nothing answers on 127\.0\.0\.1:1\. Fix: check nats\.servers, or start it; without a lease nothing passes, unless on_cut_off: allow\.$/m,
  )
})

test('explain prints where each value comes from, and the nearest name for a method that is none', async () => {
  const proto = `syntax = "proto3";
package a.v1;
${OPTIONS}
service A { rpc Score (M) returns (M) { option (spillway.v1.method) = { priority: CRITICAL }; } }
message M {}
`
  const folder = files({ 'a.proto': proto })
  const { out } = await runCommand(['explain', 'a.v1.A/Score', '--proto', folder])
  expect(out).toMatch(/priority +critical +method option +\S*a\.proto:4\n/)

  const { exitCode, err } = await runCommand(['explain', 'a.v1.A/Scor', '--proto', folder])
  expect([exitCode, err]).toEqual([1, 'a.v1.A/Scor: error: there is no such rpc. Fix: write a.v1.A/Score.\n'])
})

test('what asks a sidecar that does not run says so in one line', async () => {
  const { exitCode, err } = await runCommand(['breakers', '--inspect', '127.0.0.1:1'])

  expect(exitCode).toBe(1)
  expect(err).toMatch(
    /^127\.0\.0\.1:1: error: no sidecar listens at 127\.0\.0\.1:1\. Fix: start a sidecar, or name another inspector with --inspect <host:port>\.\n$/,
  )
})

test('a port that speaks something else is no inspector, whatever it answers', async () => {
  const server = createHttp2Server((_, response) => response.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const at = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const { exitCode, err } = await runCommand(['breakers', '--inspect', at])
  server.close()

  expect(exitCode).toBe(1)
  expect(err).toMatch(
    /^127\.0\.0\.1:\d+: error: .* Fix: start a sidecar, or name another inspector with --inspect <host:port>\.\n$/,
  )
})

test.each(['::1', '::'])('an inspector that listens on %s is looked for on the loopback interface', async (host) => {
  const folder = files({ 'spillway.yaml': `inspect: { host: '${host}', port: 1 }\n` })
  const { err } = await runCommand(['breakers', '--config', join(folder, 'spillway.yaml')])

  expect(err).toMatch(/^\[::1\]:1: error: no sidecar listens at \[::1\]:1\. Fix: /)
})

test('--version says which version this is, and on which Node it runs', async () => {
  const { exitCode, out } = await runCommand(['--version'])

  expect([exitCode, out]).toEqual([0, `spillway 0.1.0 (node ${process.version})\n`])
})

test('check --settings lists all that can be set, as JSON too', async () => {
  const { settings } = JSON.parse((await runCommand(['check', '--settings', '--json'])).out) as { settings: unknown[] }

  expect(settings).toContainEqual({
    key: 'drain.grace',
    flag: '--drain-grace',
    variable: 'SPILLWAY_DRAIN_GRACE',
    default: '30s',
    kind: 'duration',
    about: 'Calls in flight may go on for so long',
  })
})

test('help is no error', async () => {
  const { exitCode, out } = await runCommand(['--help'])

  expect(exitCode).toBe(0)
  expect(out).toContain('Priority-aware sidecars for gRPC services')
})

test('help of a command that takes settings says where the others are, and shows no default that is empty', async () => {
  const [check, top] = [await runCommand(['check', '--help']), await runCommand(['top', '--help'])]

  expect(check.out).toMatch(/\n\nEvery other setting is a flag too: spillway check --settings lists them all\.\n$/)
  expect(`${check.out}${top.out}`).not.toMatch(/default: (""|\[\])/)
})

test('the examples have a configuration that is right, from whatever folder it is named', async () => {
  const checked = await runCommand(['check', '--config', EXAMPLES])
  const explained = await runCommand(['explain', 'bank.v1.Risk/Score', '--config', EXAMPLES])

  expect(checked.exitCode).toBe(0)
  expect(checked.out).toContain('contract: 11 rpcs, 11 fallback rules')
  expect(explained.out).toMatch(/^priority +standard +method option +\S+proto\/example\/bank\/v1\/bank\.proto:19$/m)
  expect(explained.out).toContain(
    "fallback blocked-country: on breaker_open, unreachable when request.country in ['KP', 'IR']\n" +
      "  reply bank.v1.ScoreReply{verdict: bank.v1.Verdict.DECLINE, by: 'rule'}\n",
  )
  expect(explained.out).toMatch(/^breaker\.open +5s +yaml default +\S+proto\/example\/spillway\.yaml:19$/m)
})
