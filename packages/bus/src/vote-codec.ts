import type { HandOver, Vote, VoteRequest } from '@spillway/budget'
import { MOST_ENTRIES, decode, list, messageType, number, share, text } from './wire-fields.ts'

const RequestMessage = messageType('VoteRequest')
const VoteMessage = messageType('Vote')
const HandOverMessage = messageType('HandOver')

/** A candidate's request. */
export function encodeVoteRequest(request: VoteRequest): Uint8Array {
  return RequestMessage.encode({ ...request }).finish()
}

/** Reads a request. Undefined when it is no such message. Values are not judged here: voters ignore what makes no sense. */
export function decodeVoteRequest(bytes: Uint8Array): VoteRequest | undefined {
  const message = decode(RequestMessage, bytes)
  if (!message) return undefined
  return {
    candidate: text(message['candidate']),
    round: number(message['round']),
    epoch: number(message['epoch']),
    isInOffice: message['isInOffice'] === true,
    inherits: text(message['inherits']),
    isRelease: message['isRelease'] === true,
  }
}

/** A voter's answer. Its name is not in it: the subject says who it is. */
export function encodeVote(vote: Vote): Uint8Array {
  return VoteMessage.encode({ ...vote }).finish()
}

/** Reads an answer; `voter` is who the subject says it is from. As {@link decodeVoteRequest}. */
export function decodeVote(bytes: Uint8Array, voter: string): Vote | undefined {
  const message = decode(VoteMessage, bytes)
  if (!message) return undefined
  return {
    voter,
    candidate: text(message['candidate']),
    round: number(message['round']),
    isPromised: message['isPromised'] === true,
    forMs: number(message['forMs']),
    otherEpoch: number(message['otherEpoch']),
    rival: text(message['rival']),
  }
}

/** What a leaving allocator has out; undefined when it is too much for one message, and a part of it would be of no use. */
export function encodeHandOver(handOver: HandOver): Uint8Array | undefined {
  if (handOver.commitments.length > MOST_ENTRIES) return undefined
  return HandOverMessage.encode({ ...handOver, commitments: [...handOver.commitments] }).finish()
}

/** Reads a hand-over. Undefined when it is no such message. Values are not judged here: heirs refuse what makes no sense. */
export function decodeHandOver(bytes: Uint8Array): HandOver | undefined {
  const message = decode(HandOverMessage, bytes)
  if (!message) return undefined
  return {
    incarnation: text(message['incarnation']),
    epoch: number(message['epoch']),
    commitments: list(message['commitments']).map((entry) => ({
      budget: text(entry['budget']),
      holder: text(entry['holder']),
      incarnation: text(entry['incarnation']),
      share: share(entry['share']),
      remainingMs: number(entry['remainingMs']),
    })),
  }
}
