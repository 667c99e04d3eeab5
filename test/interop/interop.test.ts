import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PYTHON, runCCoreClient, startCCoreServer, type CaseReport } from './c-core.ts'
import { GRPC_JS_CASES } from './grpc-js-cases.ts'
import { OctetClient } from './grpc-js-client.ts'
import { startGrpcJsServer, type RunningServer } from './grpc-js-server.ts'
import { WAYS, direct, type Way } from './through.ts'

const SKIPPED = 'C-core is skipped: no python3 with grpcio (Debian: python3-grpcio)'

const pythons = PYTHON === undefined ? [] : [PYTHON]

type Start = () => Promise<RunningServer>

const SERVERS: readonly (readonly [name: string, start: Start])[] = [
  ['grpc-js', startGrpcJsServer],
  ...pythons.map((python) => ['C-core', () => startCCoreServer(python)] as const),
]

const ALL_WAYS = [['nothing', direct] as const, ...WAYS]

describe.each(SERVERS)('to a server in %s', (_server, start) => {
  describe.each(ALL_WAYS)('through %s', (_way, through) => {
    let server: RunningServer
    let way: Way
    beforeAll(async () => {
      server = await start()
      way = await through(server.address)
    })
    afterAll(async () => {
      await way.close()
      await server.close()
    })

    describe('a client in grpc-js', () => {
      let client: OctetClient
      beforeAll(() => {
        client = new OctetClient(way.address)
      })
      afterAll(() => client.close())

      test.each(GRPC_JS_CASES)('$name', async ({ run }) => run(client))
    })

    describe.each(pythons)('a client on C-core', (python) => {
      let report: CaseReport
      beforeAll(async () => {
        report = await runCCoreClient(python, way.address)
      }, 60_000)

      test.each(GRPC_JS_CASES)('$name', ({ name }) => expect(report.get(name)).toBeNull())
    })
  })
})

test.skipIf(PYTHON === undefined)(PYTHON === undefined ? SKIPPED : 'C-core was found', () => {})
