import { Client, credentials } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { InspectorBench } from './inspector-bench.fixture.ts'

interface ReflectionReply {
  readonly services: readonly string[]
  readonly files: readonly Buffer[]
  readonly error: number
}

/** A reflection client of a few lines, on the wire format itself, so that it depends on nothing under test. */
function reflect(address: string, version: 'v1' | 'v1alpha', field: number, text: string): Promise<ReflectionReply> {
  const client = new Client(address, credentials.createInsecure())
  const call = client.makeBidiStreamRequest(
    `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
    (request: Buffer) => request,
    parseReply,
  )
  return new Promise((resolve, reject) => {
    call.on('data', resolve)
    call.on('error', reject)
    call.on('end', () => client.close())
    call.write(Buffer.concat([Buffer.from([(field << 3) | 2, text.length]), Buffer.from(text)]))
    call.end()
  })
}

/** The length-delimited fields of a message, by number; other fields are skipped. */
function fieldsOf(bytes: Buffer): { field: number; value: Buffer; number: number }[] {
  const fields: { field: number; value: Buffer; number: number }[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const octet = bytes[at++] ?? 0
      value += (octet & 0x7f) * 2 ** shift
      if (octet < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const number = varint()
    const isBytes = (tag & 7) === 2
    fields.push({ field: tag >> 3, number, value: isBytes ? bytes.subarray(at, at + number) : Buffer.alloc(0) })
    if (isBytes) at += number
  }
  return fields
}

function valuesOf(bytes: Buffer, field: number): Buffer[] {
  return fieldsOf(bytes)
    .filter((one) => one.field === field)
    .map((one) => one.value)
}

function parseReply(bytes: Buffer): ReflectionReply {
  const services = valuesOf(bytes, 6).flatMap((list) => valuesOf(list, 1).map((one) => String(valuesOf(one, 1)[0])))
  const files = valuesOf(bytes, 4).flatMap((list) => valuesOf(list, 1))
  const error = valuesOf(bytes, 7).flatMap((one) => fieldsOf(one).map(({ number }) => number))[0]
  return { services, files, error: error ?? 0 }
}

const LIST_SERVICES = 7
const FILE_BY_SYMBOL = 4

test.each(['v1', 'v1alpha'] as const)('lists its services over reflection %s', async (version) => {
  await using bench = await InspectorBench.start()

  const { services } = await reflect(bench.inspector.address, version, LIST_SERVICES, '*')

  expect([...services].sort()).toEqual(['grpc.health.v1.Health', 'spillway.v1.Inspector'])
})

test('describes the inspector with every file that it needs, imports named in it', async () => {
  await using bench = await InspectorBench.start()

  const { files } = await reflect(bench.inspector.address, 'v1', FILE_BY_SYMBOL, 'spillway.v1.Inspector')

  const names = files.map((file) => String(valuesOf(file, 1)[0]))
  const imports = files.flatMap((file) => valuesOf(file, 3).map(String))
  expect(names).toEqual(expect.arrayContaining(imports))
  expect(imports).toEqual(['google_protobuf.proto'])
  const messages = files.flatMap((file) => valuesOf(file, 4).map((message) => String(valuesOf(message, 1)[0])))
  expect(messages).toEqual(expect.arrayContaining(['Breaker', 'TapEvent', 'Timestamp']))
})

test('says that a symbol is not there', async () => {
  await using bench = await InspectorBench.start()

  expect((await reflect(bench.inspector.address, 'v1', FILE_BY_SYMBOL, 'no.such.Service')).error).toBe(5)
})
