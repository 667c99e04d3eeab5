import { ErrorCode } from './error-code.ts'
import { CLIENT_PREFACE, Flag } from './frame.ts'
import { ConnectionError, expectLength, frameSizeError } from './http2-error.ts'
import type { Http2Limits } from './limits.ts'
import type { ReceiveSide } from './receive-side.ts'
import type { SendSide } from './send-side.ts'
import { SETTING_BYTES, SettingId, Settings } from './settings.ts'

/** What both sides tell each other with SETTINGS, and when it holds: theirs at once, ours once acknowledged. */
export class SettingsExchange {
  /** What the peer has told us of itself. */
  readonly peer = new Settings()
  /** The peer's first SETTINGS came. */
  isSettled = false
  readonly #send: SendSide
  readonly #receive: ReceiveSide
  readonly #limits: Http2Limits

  constructor(send: SendSide, receive: ReceiveSide, limits: Http2Limits) {
    this.#send = send
    this.#receive = receive
    this.#limits = limits
  }

  /** Sends our preface, if we are the client, our SETTINGS, and the connection's window. */
  greet(): void {
    const { isServer, output, writer } = this.#send
    const limits = this.#limits
    if (!isServer) output.append(CLIENT_PREFACE, 0, CLIENT_PREFACE.length)
    writer.settings([
      isServer ? [SettingId.MAX_CONCURRENT_STREAMS, limits.maxConcurrentStreams] : [SettingId.ENABLE_PUSH, 0],
      [SettingId.HEADER_TABLE_SIZE, limits.headerTableBytes],
      [SettingId.INITIAL_WINDOW_SIZE, limits.streamWindowBytes],
      [SettingId.MAX_FRAME_SIZE, limits.maxFrameBytes],
      [SettingId.MAX_HEADER_LIST_SIZE, limits.maxFieldListBytes],
    ])
    const extra = limits.connectionWindowBytes - 65_535
    if (extra > 0) writer.windowUpdate(0, extra)
  }

  /** Takes the payload of a SETTINGS frame. Returns whether it told of the peer, not of an acknowledgement. */
  take(flags: number, bytes: Buffer, start: number, end: number): boolean {
    if ((flags & Flag.ACK) !== 0) {
      expectLength(end - start, 0)
      this.#acknowledged()
      return false
    }
    if ((end - start) % SETTING_BYTES !== 0) throw frameSizeError()
    const windowBefore = this.peer.initialWindowBytes
    for (let at = start; at < end; at += SETTING_BYTES) {
      this.peer.apply(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2))
      // One after the other: the encoder has to tell the smallest, were it only meant for a moment (RFC 7541, 4.2).
      this.#send.writer.encoder.setPeerMaxTableBytes(this.peer.headerTableBytes)
    }
    this.isSettled = true
    this.#send.writer.settingsAck()
    this.#changeSendWindows(this.peer.initialWindowBytes - windowBefore)
    return true
  }

  #changeSendWindows(bytes: number): void {
    if (bytes === 0) return
    this.#receive.sizes.send = this.peer.initialWindowBytes
    for (const stream of this.#send.table.all()) {
      if (!this.#send.widenStream(stream, bytes)) {
        throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'initial window overflows a stream')
      }
    }
  }

  #acknowledged(): void {
    this.#receive.decoder.setMaxTableBytes(this.#limits.headerTableBytes)
    this.#receive.sizes.receive = this.#limits.streamWindowBytes
    for (const stream of this.#send.table.all()) stream.receiveWindow.resize(this.#limits.streamWindowBytes)
  }
}
