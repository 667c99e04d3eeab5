import protobuf from 'protobufjs'

const root = protobuf.parse(
  `syntax = "proto3";
  package google.rpc;
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message Violation { string subject = 1; string description = 2; }
  message QuotaFailure { repeated Violation violations = 1; }`,
  { keepCase: true },
).root

/** The details of a refusal as another implementation of protobuf reads them: by the short name of their type. */
export function detailsOf(bytes: unknown): Record<string, object> {
  if (!Buffer.isBuffer(bytes)) throw new Error('no details')
  const { details } = decode('Status', bytes) as { details: { type_url: string; value: Buffer }[] }
  return Object.fromEntries(
    details.map(({ type_url: url, value }) => {
      const name = url.slice(url.lastIndexOf('.') + 1)
      return [name, decode(name, value)]
    }),
  )
}

function decode(name: string, bytes: Buffer): object {
  const type = root.lookupType(`google.rpc.${name}`)
  return type.toObject(type.decode(bytes), { longs: Number, bytes: Buffer, defaults: false })
}
