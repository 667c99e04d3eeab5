import { DEFAULT_MAX_FRAME_BYTES } from './frame.ts'

/** What one peer may make us hold or do on one connection. Every bound of this package is here. */
export interface Http2Limits {
  /** Streams that the peer may have open at once; further ones are refused with REFUSED_STREAM. */
  readonly maxConcurrentStreams: number
  /** Streams that we, a client, open on one connection, ever: at most 2^30, then it is used up. */
  readonly maxOwnStreams: number
  /** Octets of one header block as it travels, over all its frames. More ends the connection with ENHANCE_YOUR_CALM. */
  readonly maxHeaderBlockBytes: number
  /** Octets of one decoded field list, each field counting 32 more (RFC 9113, 6.5.2). Announced to the peer. */
  readonly maxFieldListBytes: number
  /** Fields of one list, every cookie crumb counting. */
  readonly maxFields: number
  /** As `maxFieldListBytes`, for trailers. More resets the stream. */
  readonly maxTrailerBytes: number
  /** CONTINUATION frames of one header block. More ends the connection with ENHANCE_YOUR_CALM. */
  readonly maxContinuations: number
  /** Dynamic table that the peer's encoder may use, in HPACK octets. */
  readonly headerTableBytes: number
  /** Octets that the peer may send on one stream before we give credit: what a stalled stream can make us hold. */
  readonly streamWindowBytes: number
  /** The same for the whole connection. Credit for it is given on receipt. */
  readonly connectionWindowBytes: number
  /** Largest payload that we take in one frame. */
  readonly maxFrameBytes: number
  /** Octets that may wait for the socket before data stays in its stream. */
  readonly outputHighWaterBytes: number
  /** Octets that may wait for the socket at all: replies to a peer that does not read. More ends the connection. */
  readonly maxOutputBytes: number
}

/** Safe without tuning. */
export const DEFAULT_HTTP2_LIMITS: Http2Limits = {
  maxConcurrentStreams: 250,
  maxOwnStreams: 2 ** 30 - 2 ** 15,
  maxHeaderBlockBytes: 65_536,
  maxFieldListBytes: 65_536,
  maxFields: 128,
  maxTrailerBytes: 16_384,
  maxContinuations: 8,
  headerTableBytes: 4_096,
  streamWindowBytes: 65_535,
  connectionWindowBytes: 1_048_576,
  maxFrameBytes: DEFAULT_MAX_FRAME_BYTES,
  outputHighWaterBytes: 131_072,
  maxOutputBytes: 2_097_152,
}
