import { Call, defaultCallFacts, type CallFacts } from './call.ts'
import type { Gate, Verdict, Wake } from './gates.ts'
import type { Outcome } from './outcome.ts'
import type { Refusal } from './refusal.ts'

/** A gate that answers as it was told, and writes down what happens to it. */
export class ScriptedGate implements Gate {
  readonly name: string
  verdict: Verdict
  late: Refusal | undefined
  readonly #log: string[]
  #wake: Wake | undefined

  constructor(name: string, verdict: Verdict, log: string[]) {
    this.name = name
    this.verdict = verdict
    this.#log = log
  }

  enter(_call: Call, wake: Wake): Verdict {
    this.#log.push(`enter ${this.name}`)
    this.#wake = wake
    return this.verdict
  }

  leave(_call: Call, outcome: Outcome): void {
    this.#log.push(`leave ${this.name} ${outcome}`)
  }

  recheck(): Refusal | undefined {
    this.#log.push(`recheck ${this.name}`)
    return this.late
  }

  charge({ spent }: Call): void {
    this.#log.push(`charge ${this.name} ${spent}`)
  }

  /** Ends the wait of a call, as a gate does that answered `wait`. */
  wake(call: Call, refusal?: Refusal): void {
    this.#wake?.(call, refusal)
  }
}

/** A call whose waiter writes into the log what it is told. */
export function aLoggedCall(log: string[], facts: Partial<CallFacts> = {}): Call {
  const decided = (refusal: Refusal | undefined): void => void log.push(`decided ${refusal?.kind ?? 'proceed'}`)
  return Call.of({ ...defaultCallFacts, ...facts }, { decided })
}
