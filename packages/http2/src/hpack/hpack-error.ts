/**
 * A header block that breaks RFC 7541. The decoder's table is out of step from here on: the connection must end with
 * COMPRESSION_ERROR, and the decoder must not be used again.
 */
export class HpackError extends Error {
  override readonly name = 'HpackError'
}
