import { isDeepStrictEqual } from 'node:util'
import { Admission, FixedLimit, type AdmissionConfig } from '@spillway/admission'
import { Gates, type Gate, type Refusal } from '@spillway/call'
import { jitter, type Clock, type Random } from '@spillway/clock'
import { UpstreamGroup, type EndpointConfig, type RelayResources } from '@spillway/relay'
import type { Direction } from '@spillway/telemetry'
import { ShadowGate } from './shadow-gate.ts'
import { UsedUpstream } from './used-upstream.ts'

/** What a configuration says of one destination. */
export interface DestinationSettings {
  readonly direction: Direction
  /** `app`, or the name of an upstream. */
  readonly name: string
  readonly endpoints: readonly EndpointConfig[]
  /** Seats; undefined: as many calls as come. */
  readonly limit: number | undefined
  readonly admission: AdmissionConfig
}

/** What destinations are made with. */
export interface DestinationDoors {
  readonly clock: Clock
  readonly random: Random
  readonly resources: RelayResources
}

/** About how long callers of an unreachable upstream should stay away, and how widely they are spread. */
const UNREACHABLE_PUSHBACK_MS = 1_000
const UNREACHABLE_SPREAD = 0.5

/**
 * Where calls go, and what they have to pass under one configuration. The destination of the next configuration has the same
 * connections and seats where these have not changed; calls under way keep the one that they came with.
 */
export class Destination {
  readonly settings: DestinationSettings
  readonly upstream: UsedUpstream
  /** Undefined when there is no limit. */
  readonly admission: Admission | undefined
  /** Those of its gates that are in shadow mode. */
  readonly shadows: readonly ShadowGate[]
  readonly gates: Gates
  readonly #random: Random

  /** `gatesWith` lists the gates in order. Touches nothing of `before`. Throws a RangeError for an address that is none. */
  constructor(
    settings: DestinationSettings,
    doors: DestinationDoors,
    gatesWith: (admission: Admission | undefined) => readonly Gate[],
    before?: Destination,
  ) {
    const { name, endpoints, limit } = settings
    this.settings = settings
    this.upstream =
      before !== undefined && isDeepStrictEqual(before.settings.endpoints, endpoints)
        ? before.upstream
        : new UsedUpstream(new UpstreamGroup({ name, endpoints }, doors.resources))
    this.admission =
      limit === undefined
        ? undefined
        : (before?.admission ?? new Admission(new FixedLimit(limit), doors, settings.admission))
    const gates = gatesWith(this.admission)
    this.shadows = gates.filter((gate) => gate instanceof ShadowGate)
    for (const shadow of this.shadows) shadow.countOn(before?.shadows.find((other) => other.name === shadow.name))
    this.gates = new Gates(gates)
    this.#random = doors.random
  }

  /** The refusal of a call that no endpoint could take. */
  unreachable(): Refusal {
    const pushbackMs = jitter(UNREACHABLE_PUSHBACK_MS, UNREACHABLE_SPREAD, this.#random)
    return { kind: 'upstream_unreachable', pushbackMs, upstream: this.upstream.name }
  }

  /** Its limit and bounds come into force for seats that the destination before it had. Who gets a seat by that is told at once. */
  takeOver(): void {
    const { limit, admission } = this.settings
    if (limit === undefined) return
    this.admission?.reconfigure(admission)
    this.admission?.setLimit(new FixedLimit(limit))
  }
}
