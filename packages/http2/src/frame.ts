/** Octets in front of every frame's payload (RFC 9113, 4.1). */
export const FRAME_HEADER_BYTES = 9

/** The largest payload that every peer must take, and the largest that we take (RFC 9113, 6.5.2). */
export const DEFAULT_MAX_FRAME_BYTES = 16_384

/** What a client sends before its first frame (RFC 9113, 3.4). */
export const CLIENT_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/** Frame types of RFC 9113, 6. */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const

/** Frame flags of RFC 9113, 6. `ACK` shares its bit with `END_STREAM`. */
export const Flag = {
  NONE: 0,
  END_STREAM: 0x1,
  ACK: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const
