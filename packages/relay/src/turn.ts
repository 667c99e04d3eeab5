import { atTurnEnd } from '@spillway/clock'

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
 * makes to the sockets, in one write per connection. A turn that has brought nothing but answers hands them over first: nobody
 * waits for what their ends set off.
 *
 * Nothing leaves before the end of a turn anyhow. Doing one thing for many calls finds its code in the caches of the core,
 * where going through everything for one call after the other finds that of another stage.
 */
export class Turn {
  readonly #ended = new Line<TurnCall>()
  readonly #arrived = new Line<TurnCall>()
  readonly #passed = new Line<TurnCall>()
  readonly #waiting = new Line<Flushable>()
  #isEnding = false

  /** To be decided on. A call that ends before it was is to do nothing then. */
  arrived(call: TurnCall): void {
    this.#arrived.add(call)
    this.#endLater()
  }

  /** To be sent. */
  passed(call: TurnCall): void {
    this.#passed.add(call)
    this.#endLater()
  }

  /** To be told of. */
  ended(call: TurnCall): void {
    this.#ended.add(call)
    this.#endLater()
  }

  /** To be flushed. The caller adds itself once until it is. */
  add(connection: Flushable): void {
    this.#waiting.add(connection)
    this.#endLater()
  }

  #endLater(): void {
    if (this.#isEnding) return
    this.#isEnding = true
    atTurnEnd(this.#end)
  }

  /** Whatever a stage adds to an earlier one is done right after. */
  readonly #end = (): void => {
    if (this.#arrived.length === 0 && this.#passed.length === 0) this.#waiting.takeAll(flush)
    while (this.#ended.length + this.#arrived.length + this.#passed.length > 0) {
      this.#ended.takeAll(tell)
      this.#arrived.takeAll(decide)
      this.#passed.takeAll(send)
    }
    this.#isEnding = false
    this.#waiting.takeAll(flush)
  }
}

const tell = (call: TurnCall): void => call.tell()
const decide = (call: TurnCall): void => call.decide()
const send = (call: TurnCall): void => call.send()
const flush = (connection: Flushable): void => connection.flush()

/** Places that a line keeps for the next turn. */
const KEPT_PLACES = 4_096

/** Those that wait for one kind of work. Not a bare array, because to set an array's `length` V8 calls into its runtime. */
class Line<Item> {
  #items: (Item | undefined)[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  add(item: Item): void {
    this.#items[this.#length++] = item
  }

  /** Empties it, and does the work for all, those that are added meanwhile included. */
  takeAll(work: (item: Item) => void): void {
    const items = this.#items
    for (let index = 0; index < this.#length; index++) {
      const item = items[index]
      items[index] = undefined
      if (item !== undefined) work(item)
    }
    if (this.#length > KEPT_PLACES) this.#items = []
    this.#length = 0
  }
}
