import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@spillway/clock'
import { onTestFinished, vi } from 'vitest'
import { FakeSource } from './fake-source.fixture.ts'
import { InspectorClient } from './inspector-client.ts'
import { startInspector, type Inspector, type InspectorOptions } from './inspector.ts'
import { inspectorSocketPath } from './socket-path.ts'

/** An inspector on real sockets with a client for each of them. `await using` closes it all. */
export class InspectorBench implements AsyncDisposable {
  readonly source: FakeSource
  readonly inspector: Inspector
  /** Over TCP, without the unix socket. */
  readonly tcp: InspectorClient
  /** Over TCP for reads, over the unix socket for writes. */
  readonly client: InspectorClient

  private constructor(source: FakeSource, inspector: Inspector) {
    this.source = source
    this.inspector = inspector
    const { address, socketPath } = inspector
    this.tcp = new InspectorClient({ address })
    this.client = new InspectorClient({ address, ...(socketPath === undefined ? {} : { socketPath }) })
  }

  static async start(options: Partial<InspectorOptions> = {}): Promise<InspectorBench> {
    const source = new FakeSource()
    const folder = privateFolder()
    const inspector = await startInspector({
      address: '127.0.0.1:0',
      socketPath: (port) => inspectorSocketPath(folder, port),
      source,
      clock: systemClock,
      ...options,
    })
    return new InspectorBench(source, inspector)
  }

  /** Resolves when no stream is open any more. */
  async idle(): Promise<void> {
    await vi.waitFor(() => {
      if (this.inspector.watchers > 0) throw new Error(`${this.inspector.watchers} streams are still open`)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.tcp.close()
    this.client.close()
    await this.inspector.close()
  }
}

/** A folder that only we can enter, gone when the test is over. */
export function privateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-inspect-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The next value of a stream; throws when it is over. */
export async function nextOf<Value>(stream: AsyncIterator<Value>): Promise<Value> {
  const { done, value } = await stream.next()
  if (done === true) throw new Error('the stream is over')
  return value
}
