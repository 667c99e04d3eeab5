import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as grpc from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestRelay } from './test-network.ts'

const raw = { serialize: (bytes: Buffer) => bytes, deserialize: (bytes: Buffer) => bytes }

function method(path: string, requestStream: boolean, responseStream: boolean): grpc.MethodDefinition<Buffer, Buffer> {
  const { serialize, deserialize } = raw
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: serialize,
    requestDeserialize: deserialize,
    responseSerialize: serialize,
    responseDeserialize: deserialize,
  }
}

const service = {
  unary: method('/test.Shapes/Unary', false, false),
  collect: method('/test.Shapes/Collect', true, false),
  spread: method('/test.Shapes/Spread', false, true),
  talk: method('/test.Shapes/Talk', true, true),
  fail: method('/test.Shapes/Fail', false, false),
}

const implementation: grpc.UntypedServiceImplementation = {
  unary: (call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
    const trailers = new grpc.Metadata()
    for (const value of call.metadata.get('x-echo')) trailers.add('x-echo', value)
    for (const value of call.metadata.get('x-echo-bin')) trailers.add('x-echo-bin', value)
    done(null, call.request, trailers)
  },
  collect: (call: grpc.ServerReadableStream<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
    const parts: Buffer[] = []
    call.on('data', (part: Buffer) => parts.push(part))
    call.on('end', () => done(null, Buffer.concat(parts)))
  },
  spread: (call: grpc.ServerWritableStream<Buffer, Buffer>) => {
    for (const octet of call.request) call.write(Buffer.from([octet]))
    call.end()
  },
  talk: (call: grpc.ServerDuplexStream<Buffer, Buffer>) => {
    call.on('data', (part: Buffer) => call.write(part))
    call.on('end', () => call.end())
  },
  fail: (_call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
    const metadata = new grpc.Metadata()
    metadata.set('x-why', 'because')
    done({ code: grpc.status.FAILED_PRECONDITION, details: 'größer than 100 %\n', metadata })
  },
}

const folder = mkdtempSync(join(tmpdir(), 'relay-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(['tcp', 'unix sockets'])('over %s', (kind) => {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 })
  let relay: TestRelay
  let client: grpc.Client

  beforeAll(async () => {
    server.addService(service, implementation)
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const target = kind === 'tcp' ? '127.0.0.1:0' : `unix:${folder}/app`
    server.bindAsync(target, grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    )
    const port = await promise
    const address = kind === 'tcp' ? `127.0.0.1:${port}` : target
    const own = kind === 'tcp' ? {} : { address: `unix:${folder}/relay` }
    relay = await new TestRelay({ endpoints: [{ address, priority: 0 }] }, own).start()
    client = new grpc.Client(relay.address, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
    })
  })

  afterAll(() => {
    client.close()
    server.forceShutdown()
    relay.stop()
  })

  const unary = async (
    path: string,
    request: Buffer,
    metadata = new grpc.Metadata(),
  ): Promise<{ error: grpc.ServiceError | null; reply: Buffer | undefined; status: grpc.StatusObject }> => {
    const { promise, resolve } = Promise.withResolvers<{
      error: grpc.ServiceError | null
      reply: Buffer | undefined
      status: grpc.StatusObject
    }>()
    let outcome: { error: grpc.ServiceError | null; reply: Buffer | undefined } = { error: null, reply: undefined }
    const call = client.makeUnaryRequest(path, raw.serialize, raw.deserialize, request, metadata, (error, reply) => {
      outcome = { error, reply }
    })
    call.on('status', (status) => setImmediate(() => resolve({ ...outcome, status })))
    return promise
  }

  test.each([0, 1, 100, 16_379, 65_535, 5_000_000])('carries a unary call of %d octets', async (size) => {
    const request = randomBytes(size)

    const { reply, status } = await unary(service.unary.path, request)

    expect(status.code).toBe(0)
    expect(reply?.equals(request)).toBe(true)
  })

  test('carries metadata both ways: duplicates in order, binary as it is', async () => {
    const metadata = new grpc.Metadata()
    metadata.add('x-echo', 'one')
    metadata.add('x-echo', 'two')
    metadata.add('x-echo-bin', Buffer.from([0, 255, 1]))

    const { status } = await unary(service.unary.path, Buffer.from('x'), metadata)

    expect(status.metadata.get('x-echo').join(', ')).toBe('one, two')
    expect(status.metadata.get('x-echo-bin')).toEqual([Buffer.from([0, 255, 1])])
  })

  test('carries a status with its message and trailers as they were', async () => {
    const { error } = await unary(service.fail.path, Buffer.from('x'))

    expect(error).toMatchObject({ code: grpc.status.FAILED_PRECONDITION, details: 'größer than 100 %\n' })
    expect(error?.metadata.get('x-why')).toEqual(['because'])
    expect(error?.metadata.get('spillway-origin')).toEqual([])
  })

  test('carries calls of methods that nobody knows', async () => {
    const { error } = await unary('/nobody.Knows/This', Buffer.from('x'))

    expect(error?.code).toBe(grpc.status.UNIMPLEMENTED)
  })

  test('carries a client stream', async () => {
    const parts = Array.from({ length: 20 }, (_, index) => randomBytes(index * 1_000))
    const { promise, resolve } = Promise.withResolvers<Buffer | undefined>()
    const call = client.makeClientStreamRequest(service.collect.path, raw.serialize, raw.deserialize, (_error, reply) =>
      resolve(reply),
    )

    for (const part of parts) call.write(part)
    call.end()

    expect((await promise)?.equals(Buffer.concat(parts))).toBe(true)
  })

  test('carries a server stream in order', async () => {
    const request = randomBytes(500)
    const call = client.makeServerStreamRequest(service.spread.path, raw.serialize, raw.deserialize, request)
    const parts: Buffer[] = []

    for await (const part of call) parts.push(part as Buffer)

    expect(parts).toHaveLength(500)
    expect(Buffer.concat(parts).equals(request)).toBe(true)
  })

  test('carries a conversation, message by message', async () => {
    const call = client.makeBidiStreamRequest(service.talk.path, raw.serialize, raw.deserialize)
    const replies = call[Symbol.asyncIterator]()

    for (const size of [1, 0, 70_000, 3]) {
      const message = randomBytes(size)
      call.write(message)
      const { value } = (await replies.next()) as { value: Buffer }
      expect(value.equals(message)).toBe(true)
    }
    call.end()

    expect((await replies.next()).done).toBe(true)
  })

  test('holds nothing when all calls are over', () => {
    expect(relay.held()).toEqual({ streams: 0, deadlines: 0, waiting: 0, upstream: 0 })
  })
})
