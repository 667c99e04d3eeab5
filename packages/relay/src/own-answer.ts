import { MetadataName, type Status } from '@spillway/call'
import { field, fieldList, type Field, type FieldList } from '@spillway/http2'
import type { Answer } from './exchange.ts'
import { encodeMessage } from './grpc-rules.ts'

const STATUS_OK = field(':status', '200')

/** Fields that end a call with a status of ours. `origin` says who made it, unless `more` does. */
export function statusFields(status: Status, message: string, origin: string, more: readonly Field[]): Field[] {
  const fields = [field('grpc-status', String(status))]
  if (message !== '') fields.push(field('grpc-message', encodeMessage(message)))
  if (!more.some((each) => each.name === MetadataName.origin)) fields.push(field(MetadataName.origin, origin))
  fields.push(...more)
  return fields
}

/** The initial metadata of an answer of ours. */
export function headFields(contentType: string, more: readonly Field[]): Field[] {
  return [STATUS_OK, field('content-type', contentType), ...more]
}

/** An answer of ours as it is sent. */
export interface OwnAnswer {
  readonly head: FieldList
  /** Undefined: the head is all there is, and carries the status. */
  readonly body: { readonly message: Buffer; readonly trailers: FieldList } | undefined
}

/** Puts an answer into gRPC's form; without a reply it is trailers-only. */
export function ownAnswer(answer: Answer, contentType: string, origin: string): OwnAnswer {
  const head = headFields(contentType, answer.headers)
  const trailers = statusFields(answer.status, answer.message, origin, answer.trailers)
  if (answer.reply === undefined) return { head: fieldList([...head, ...trailers]), body: undefined }
  return { head: fieldList(head), body: { message: prefixed(answer.reply), trailers: fieldList(trailers) } }
}

/** An uncompressed message with gRPC's prefix of five octets. */
function prefixed(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(5 + message.length)
  framed[0] = 0
  framed.writeUInt32BE(message.length, 1)
  framed.set(message, 5)
  return framed
}
