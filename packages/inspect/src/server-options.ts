import type { ServerOptions } from '@grpc/grpc-js'

const MIB = 1_048_576

/** Guards of the inspector's servers. grpc-js by itself leaves most of them unlimited. */
export const serverOptions: ServerOptions = {
  'grpc.max_receive_message_length': 64 * 1_024,
  'grpc.max_send_message_length': 16 * MIB,
  'grpc.max_concurrent_streams': 100,
  'grpc-node.max_session_memory': 10,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_connection_idle_ms': 300_000,
  'grpc.enable_channelz': 0,
}
