import { status, type ServerWritableStream } from '@grpc/grpc-js'
import type { Clock, Timer } from '@spillway/clock'
import { ReplyStream } from './reply-stream.ts'
import { RpcFault } from './rpc-fault.ts'

/** Starts whatever feeds a stream and returns how to stop it. */
type Feed = (touch: () => void) => () => void

interface Watcher {
  readonly fail: (fault: RpcFault) => void
  readonly stop: () => void
}

/** Every stream that is open, over all servers of the inspector. Their number is bounded. */
export class Watchers {
  readonly #most: number
  readonly #open = new Set<Watcher>()

  constructor(most: number) {
    this.#most = most
  }

  /** Streams open now. */
  get size(): number {
    return this.#open.size
  }

  /**
   * Serves a stream: `next` makes each reply, `feed` says when one may be due; the first is sent at once. When the reader
   * goes away, `next` throws or the inspector closes, what `feed` started is stopped, exactly once.
   */
  serve<Reply>(call: ServerWritableStream<object, Reply>, next: () => Reply | undefined, feed: Feed): void {
    const stream = new ReplyStream(call, () => {
      try {
        return next()
      } catch {
        this.#stop(watcher)
        stream.fail(new RpcFault(status.INTERNAL, 'the inspector failed'))
        return undefined
      }
    })
    if (this.#open.size >= this.#most) {
      stream.fail(new RpcFault(status.RESOURCE_EXHAUSTED, `${this.#most} streams are open, which is the most allowed`))
      return
    }
    const watcher: Watcher = { fail: (fault) => stream.fail(fault), stop: feed(() => stream.touch()) }
    this.#open.add(watcher)
    call.once('cancelled', () => {
      stream.abandon()
      this.#stop(watcher)
    })
    stream.touch()
  }

  /** Ends every stream. */
  closeAll(fault: RpcFault): void {
    for (const watcher of this.#open) {
      this.#stop(watcher)
      watcher.fail(fault)
    }
  }

  #stop(watcher: Watcher): void {
    if (this.#open.delete(watcher)) watcher.stop()
  }
}

/**
 * Runs `task` soon after it was asked for, once however often that was, and never inside the caller: whoever tells of a
 * change is in the middle of it.
 */
export class SoonTask {
  readonly #clock: Clock
  readonly #task: () => void
  #timer: Timer | undefined

  constructor(clock: Clock, task: () => void) {
    this.#clock = clock
    this.#task = task
  }

  /** Asks for a run. */
  readonly ask = (): void => {
    this.#timer ??= this.#clock.schedule(0, () => {
      this.#timer = undefined
      this.#task()
    })
  }

  /** Forgets what was asked for. */
  readonly cancel = (): void => {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}

/** Calls `task` every `intervalMs` until stopped. */
export function every(clock: Clock, intervalMs: number, task: () => void): () => void {
  let timer: Timer
  const tick = (): void => {
    timer = clock.schedule(intervalMs, tick)
    task()
  }
  timer = clock.schedule(intervalMs, tick)
  return () => timer.cancel()
}
