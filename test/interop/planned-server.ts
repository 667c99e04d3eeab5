import { Metadata, Server, type ServerDuplexStream } from '@grpc/grpc-js'
import type { CallPlan, Entry } from './call-plan.ts'
import { listen, type RunningServer } from './grpc-js-server.ts'
import { asIs, pattern } from './test-service.ts'
import { isAdded } from './through.ts'

/** What a server saw of a call. */
export interface ServerView {
  readonly metadata: readonly Entry[]
  /** Sizes of the messages that came. */
  readonly requests: readonly number[]
  readonly end: 'half_closed' | 'cancelled' | 'ended_early'
}

/** The method of every planned call. */
export const PLANNED = '/planned.Test/Call'

type Call = ServerDuplexStream<Buffer, Buffer>

/** A server that does its part of the plan that a call brings along, and tells what it saw by the call's id. */
export class PlannedServer {
  readonly #views = new Map<string, PromiseWithResolvers<ServerView>>()

  async start(): Promise<RunningServer> {
    const server = new Server()
    const method = {
      path: PLANNED,
      requestStream: true,
      responseStream: true,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    } as const
    server.addService({ Call: method }, { Call: (call: Call) => this.#serve(call) })
    return listen(server)
  }

  /** What was seen of the call with that id, once that is settled. */
  async viewOf(id: string): Promise<ServerView> {
    const view = await this.#entry(id).promise
    this.#views.delete(id)
    return view
  }

  #entry(id: string): PromiseWithResolvers<ServerView> {
    const entry = this.#views.get(id) ?? Promise.withResolvers<ServerView>()
    this.#views.set(id, entry)
    return entry
  }

  #serve(call: Call): void {
    const plan = readPlan(call.metadata)
    const id = call.metadata.get('x-call-id').join()
    const requests: number[] = []
    const tell = (end: ServerView['end']): void =>
      this.#entry(id).resolve({ metadata: entriesOf(call.metadata), requests, end })
    let replied = 0
    const reply = (upTo: number): void => {
      while (replied < Math.min(upTo, plan.replies.length)) call.write(pattern(plan.replies[replied++] ?? 0))
    }
    call.on('cancelled', () => tell('cancelled'))
    if (plan.initial.length > 0) call.sendMetadata(metadataFrom(plan.initial))
    call.on('data', (message: Buffer) => {
      requests.push(message.length)
      if (plan.replyTime === 'each') reply(requests.length)
    })
    call.on('end', () => {
      // grpc-js, when a call is cancelled that has sent what it was given, writes DATA with END_STREAM and RST_STREAM in one go
      // (seen in the frames that it sends). Where they are read one by one it is the cancel that is waited for.
      if (plan.endsEarly || plan.replyTime === 'never' || plan.client.startsWith('cancels')) return
      tell('half_closed')
      reply(plan.replies.length)
      end(call, plan)
    })
    if (plan.replyTime === 'at_once') reply(plan.replies.length)
    if (!plan.endsEarly) return
    tell('ended_early')
    end(call, plan)
  }
}

function end(call: Call, { code, details, trailers }: CallPlan): void {
  const metadata = metadataFrom(trailers)
  if (code === 0) call.end(metadata)
  else call.emit('error', { code, details, metadata })
}

/** Puts a plan into the metadata that carries it. */
export function metadataFor(plan: CallPlan, id: string): Metadata {
  const metadata = metadataFrom(plan.metadata)
  metadata.set('x-call-id', id)
  metadata.set('x-plan-bin', Buffer.from(JSON.stringify(plan)))
  return metadata
}

function readPlan(metadata: Metadata): CallPlan {
  const [plan] = metadata.get('x-plan-bin')
  return JSON.parse(String(plan)) as CallPlan
}

function metadataFrom(entries: readonly Entry[]): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of entries) metadata.add(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value)
  return metadata
}

const CALLS_OWN: ReadonlySet<string> = new Set(['x-call-id', 'date'])

/** Metadata as entries in order, less what tells two calls of one plan apart and what a sidecar adds. */
export function entriesOf(metadata: Metadata): Entry[] {
  return Object.entries(metadata.toJSON()).flatMap(([name, values]) =>
    CALLS_OWN.has(name) || isAdded(name)
      ? []
      : values.map((value): Entry => [name, Buffer.from(value).toString('latin1')]),
  )
}
