import { describe, expect, test } from 'vitest'
import { readBenchFlags } from './bench-flags.ts'
import { FULL, LONG, QUICK } from './bench-options.ts'
import { PEERS, PeerName } from './peers/index.ts'

const NAMES = PEERS.map(({ name }) => name)

describe('what is measured', () => {
  test('is everything unless told otherwise', () => {
    expect(readBenchFlags([], NAMES)).toEqual(FULL)
    expect(readBenchFlags(['--quick'], NAMES)).toEqual(QUICK)
    expect(readBenchFlags(['--long'], NAMES)).toEqual(LONG)
  })

  test('is our relay in both forms for "relay", and each peer for a part of its name in any case', () => {
    expect(only('relay')).toEqual([PeerName.bare, PeerName.gated])
    expect(only('gates', 'haproxy')).toEqual([PeerName.haproxy, PeerName.gated])
    for (const name of NAMES) expect(only(name)).toEqual([name])
  })
})

describe('what cannot be measured is answered in one line', () => {
  test.each([
    [
      ['--only', 'nginx'],
      '--only nginx: no peer is called so; take a part of one of: nghttpx; HAProxy; grpc-js proxy; node:http2 proxy; ' +
        'node:net pipe; spillway relay, bare; spillway relay, all gates on',
    ],
    [
      ['--fast'],
      "Unknown option '--fast'; allowed: --quick, --long, --only <part of a name>; leave it out or write one of these",
    ],
    [
      ['relay'],
      "Unexpected argument 'relay'; allowed: --quick, --long, --only <part of a name>; leave it out or write one of these",
    ],
    [
      ['--only'],
      "Option '--only <value>' argument missing; allowed: --quick, --long, --only <part of a name>; " +
        'leave it out or write one of these',
    ],
    [['--quick', '--long'], '--quick and --long: one of them at most; leave one out'],
  ])('%j', (args, message) => {
    expect(readBenchFlags(args, NAMES)).toBe(message)
  })
})

function only(...words: readonly string[]): readonly string[] {
  const options = readBenchFlags(
    words.flatMap((word) => ['--only', word]),
    NAMES,
  )
  if (typeof options === 'string') throw new Error(options)
  return options.only
}
