import type { Peer } from '../peer.ts'
import { gatedRelay } from './gated-relay.ts'
import { haproxy } from './haproxy.ts'
import { limitedProgram } from './limited-program.ts'
import { nghttpx } from './nghttpx.ts'
import { nodeProgram } from './node-program.ts'

/** Names that targets refer to. */
export const PeerName = {
  nghttpx: nghttpx.name,
  haproxy: haproxy.name,
  grpcJs: 'grpc-js proxy',
  nodeHttp2: 'node:http2 proxy',
  pipe: 'node:net pipe',
  bare: 'spillway relay, bare',
  gated: gatedRelay.name,
} as const

/** Everything that is measured beside the backend itself. */
export const PEERS: readonly Peer[] = [
  nghttpx,
  haproxy,
  nodeProgram(PeerName.grpcJs, 'raw bytes, one channel', new URL('grpc-js-main.ts', import.meta.url)),
  nodeProgram(PeerName.nodeHttp2, 'streams piped, one session', new URL('node-http2-main.ts', import.meta.url)),
  limitedProgram(
    PeerName.pipe,
    'octets only: the floor of any proxy in Node',
    new URL('net-pipe-main.ts', import.meta.url),
  ),
  limitedProgram(PeerName.bare, 'no policy, no telemetry', new URL('bare-relay-main.ts', import.meta.url)),
  gatedRelay,
]
