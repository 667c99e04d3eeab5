import { expect, test } from 'vitest'
import { h2loadCommand, parseLoadResult } from './h2load.ts'
import { formatCommand } from './command.ts'

const OUTPUT = `
finished in 2.01s, 79850.00 req/s, 7.54MB/s
requests: 159700 total, 159900 started, 159700 done, 159690 succeeded, 10 failed, 0 errored, 0 timeout
status codes: 159700 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 15.09MB (15819860) total, 312.25KB (319740) headers (space savings 94.73%), 10.51MB (11019300) data
`

test('reads rate, calls and octets of what h2load prints', () => {
  expect(parseLoadResult(OUTPUT)).toEqual({ callsPerSecond: 79_850, done: 159_700, failed: 10, dataBytes: 11_019_300 })
})

test('takes nothing else for a result', () => {
  expect(parseLoadResult('could not connect to 127.0.0.1:1')).toBeUndefined()
})

test('a load is one command line that can be typed again', () => {
  const { signal } = new AbortController()
  const target = { h2load: 'h2load', core: 1, port: 7_051, bodyPath: 'request.bin', signal }
  const amount = { kind: 'duration', ms: 4_000, warmUpMs: 0 } as const

  const command = formatCommand(h2loadCommand(target, { connections: 10, streams: 5, amount }))

  expect(command).toBe(
    "h2load -t1 -c10 -m5 -d request.bin -H 'content-type: application/grpc' -H 'te: trailers' -H 'x-account: bench' " +
      '-D 4000ms --warm-up-time=0ms http://127.0.0.1:7051/bench.v1.Echo/Call',
  )
})
