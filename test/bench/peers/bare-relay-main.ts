/** The relay alone: every call is forwarded as it came. No policy, no contract, no telemetry. */
import { NO_DEADLINE } from '@spillway/call'
import { AS_IT_CAME, Listener, UpstreamGroup, createRelayResources } from '@spillway/relay'
import { portsFromArguments } from './node-program.ts'

const { listenPort, backendPort } = portsFromArguments()
const resources = createRelayResources()
const upstream = new UpstreamGroup(
  { name: 'app', endpoints: [{ address: `127.0.0.1:${backendPort}`, priority: 0 }], isEager: true },
  resources,
)
const observer = { unreachable: () => process.exit(1), answering: () => undefined, ended: () => undefined }
const listener = new Listener(
  { address: `127.0.0.1:${listenPort}` },
  {
    opened(exchange) {
      exchange.forward(upstream, AS_IT_CAME, NO_DEADLINE)
      return observer
    },
  },
  resources,
)

await listener.listen()
