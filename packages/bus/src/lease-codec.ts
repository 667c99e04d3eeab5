import {
  TERMS_PHASES,
  type Ceiling,
  type LeaseGrant,
  type LeaseReport,
  type TermsInForce,
  type TermsReport,
} from '@spillway/budget'
import { decode, isPlain, list, messageType, number, numbers, share, text, type Plain } from './wire-fields.ts'

const Reports = messageType('LeaseReports')
const Grants = messageType('LeaseGrants')

/** One message of reports. All must be of one holder and one incarnation. */
export function encodeReports(incarnation: string, reports: readonly LeaseReport[]): Uint8Array {
  const entries = reports.map((report) => ({
    budget: report.budget,
    seq: report.seq,
    ackEpoch: report.ack?.epoch ?? 0,
    ackSeq: report.ack?.seq ?? 0,
    force: report.force,
    slice: report.slice,
    used: report.used,
    wants: [...report.wants],
    level: report.level,
    asks: [...report.asks],
    returned: report.returned,
    isFinal: report.isFinal === true,
    ceiling: report.ceiling,
    terms: report.terms && configuredEntry(report.terms),
  }))
  return Reports.encode({ incarnation, reports: entries }).finish()
}

/**
 * Reads a message of reports; `holder` is who the subject says it is from. Undefined when it is no such message. Values are
 * not judged here: the grantor refuses what makes no sense.
 */
export function decodeReports(bytes: Uint8Array, holder: string): LeaseReport[] | undefined {
  const message = decode(Reports, bytes)
  if (!message) return undefined
  const incarnation = text(message['incarnation'])
  return list(message['reports']).map((entry) => ({
    budget: text(entry['budget']),
    holder,
    incarnation,
    seq: number(entry['seq']),
    ack: number(entry['ackSeq']) === 0 ? undefined : { epoch: number(entry['ackEpoch']), seq: number(entry['ackSeq']) },
    force: share(entry['force']),
    slice: share(entry['slice']),
    used: number(entry['used']),
    wants: numbers(entry['wants']),
    level: number(entry['level']),
    asks: numbers(entry['asks']),
    returned: number(entry['returned']),
    terms: isPlain(entry['terms']) ? configured(entry['terms']) : undefined,
    isFinal: entry['isFinal'] === true || undefined,
    ceiling: isPlain(entry['ceiling']) ? ceiling(entry['ceiling']) : undefined,
  }))
}

/** One message of grants. All must be for one holder's incarnation, from one grantor. */
export function encodeGrants(grants: readonly LeaseGrant[]): Uint8Array {
  const entries = grants.map((grant) => ({
    budget: grant.budget,
    epoch: grant.epoch,
    seq: grant.seq,
    anchor: grant.anchor,
    share: grant.share,
    ttlMs: Math.floor(grant.ttlMs),
    slice: grant.slice,
    sliceTtlMs: grant.sliceTtlMs === Number.POSITIVE_INFINITY ? 0 : Math.floor(grant.sliceTtlMs),
    lump: grant.lump,
    isPressed: grant.isPressed,
    isInUnits: grant.isInUnits,
    terms: grant.terms && inForceEntry(grant.terms),
  }))
  const [first] = grants
  return Grants.encode({
    incarnation: first?.incarnation ?? '',
    grantor: first?.grantor ?? '',
    grants: entries,
  }).finish()
}

/** Reads a message of grants; `holder` is who the subject says it is for. Undefined when it is no such message. */
export function decodeGrants(bytes: Uint8Array, holder: string): LeaseGrant[] | undefined {
  const message = decode(Grants, bytes)
  if (!message) return undefined
  return list(message['grants']).map((entry) => ({
    budget: text(entry['budget']),
    holder,
    incarnation: text(message['incarnation']),
    grantor: text(message['grantor']),
    epoch: number(entry['epoch']),
    seq: number(entry['seq']),
    anchor: number(entry['anchor']),
    share: share(entry['share']),
    ttlMs: number(entry['ttlMs']),
    slice: share(entry['slice']),
    sliceTtlMs: number(entry['sliceTtlMs']) || Number.POSITIVE_INFINITY,
    lump: number(entry['lump']),
    isPressed: entry['isPressed'] === true,
    isInUnits: entry['isInUnits'] === true,
    terms: isPlain(entry['terms']) ? inForce(entry['terms']) : undefined,
  }))
}

function ceiling(entry: Plain): Ceiling {
  return { before: number(entry['before']), share: share(entry['share']) }
}

function configuredEntry({ reserved, ...rest }: TermsReport): object {
  return { ...rest, reserved: Array.from(reserved, ([region, share]) => ({ region, share })) }
}

function inForceEntry({ phase, ...rest }: TermsInForce): object {
  return { ...rest, phase: TERMS_PHASES.indexOf(phase) }
}

function configured(entry: Plain): TermsReport {
  return {
    whole: share(entry['whole']),
    floor: share(entry['floor']),
    reserved: new Map(list(entry['reserved']).map((each) => [text(each['region']), share(each['share'])])),
    areSlicesKnown: entry['areSlicesKnown'] === true,
  }
}

/** A phase of a later version counts as not settled. */
function inForce(entry: Plain): TermsInForce {
  return {
    epoch: number(entry['epoch']),
    revision: number(entry['revision']),
    whole: share(entry['whole']),
    phase: TERMS_PHASES[number(entry['phase'])] ?? 'agreeing',
  }
}
