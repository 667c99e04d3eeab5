/** What a call leaves to the end of the turn: see {@link Turn}. */
export interface TurnCall {
  /** Its headers are here: it is to be decided on. */
  decide(): void
  /** It was let through: its request is to leave. */
  send(): void
  /** It is over: who followed it is to be told. */
  tell(): void
}

/** Something that has output to hand to its socket. */
export interface Flushable {
  flush(): void
}

/**
 * What one turn of the event loop leaves to its end, each kind of work for all calls at once: tell of those that ended, which
 * frees what they held; decide on those that came; send those that were let through; and at last hand everything that this
 * makes to the sockets, in one write per connection.
 *
 * Nothing leaves before the end of a turn anyhow. Doing one thing for many calls finds its code in the caches of the core,
 * where going through everything for one call after the other finds that of another stage: under full load a call through
 * all gates takes a tenth less.
 */
export class Turn {
  readonly #arrived: TurnCall[] = []
  readonly #passed: TurnCall[] = []
  readonly #ended: TurnCall[] = []
  #waiting: Flushable[] = []
  #flushing: Flushable[] = []
  #isEnding = false

  /** To be decided on. A call that ends before it was is to do nothing then. */
  arrived(call: TurnCall): void {
    this.#arrived.push(call)
    this.#endLater()
  }

  /** To be sent. */
  passed(call: TurnCall): void {
    this.#passed.push(call)
    this.#endLater()
  }

  /** To be told of. */
  ended(call: TurnCall): void {
    this.#ended.push(call)
    this.#endLater()
  }

  /** To be flushed. The caller adds itself once until it is. */
  add(connection: Flushable): void {
    this.#waiting.push(connection)
    this.#endLater()
  }

  #endLater(): void {
    if (this.#isEnding) return
    this.#isEnding = true
    setImmediate(this.#end)
  }

  /** Whatever a stage adds to an earlier one is done right after; what flushing adds is for another turn. */
  readonly #end = (): void => {
    while (this.#ended.length + this.#arrived.length + this.#passed.length > 0) {
      forAll(this.#ended, tell)
      forAll(this.#arrived, decide)
      forAll(this.#passed, send)
    }
    this.#isEnding = false
    const now = this.#waiting
    this.#waiting = this.#flushing
    this.#flushing = now
    for (const connection of now) connection.flush()
    now.length = 0
  }
}

/** Those that are added meanwhile too. */
function forAll(calls: TurnCall[], work: (call: TurnCall) => void): void {
  for (let index = 0; index < calls.length; index++) {
    const call = calls[index]
    if (call !== undefined) work(call)
  }
  calls.length = 0
}

const tell = (call: TurnCall): void => call.tell()
const decide = (call: TurnCall): void => call.decide()
const send = (call: TurnCall): void => call.send()
