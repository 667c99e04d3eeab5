import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Problem } from '@spillway/call'
import { hostPort, probeApp, takesConnections, type SidecarConfig } from '@spillway/sidecar'
import type { Finding } from './commands/check.ts'

const PROBE_TIMEOUT_MS = 1_000

/** Whether the ports are free, the app answers and upstreams and NATS can be reached: what is no error, because it may change. */
export async function inspectSurroundings(config: SidecarConfig): Promise<readonly Finding[]> {
  const { inbound, outbound, inspect, web } = config
  const endpoints = Object.entries(outbound.upstreams).flatMap(([name, upstream]) =>
    upstream.endpoints.map(({ address }) => reach(`upstream ${name}`, address, 'check its address, or start it')),
  )
  return await Promise.all([
    free('inbound.port', inbound),
    free('outbound.port', outbound),
    free('inspect.port', inspect),
    free('web.port', web),
    reach('app', inbound.app, 'start it, or name its port with --app-port'),
    ...endpoints,
    ...(config.nats.servers ?? []).map(dialNats),
  ])
}

async function free(place: string, listener: { readonly host: string; readonly port: number }): Promise<Finding> {
  const { host, port } = listener
  const address = hostPort(listener)
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return { severity: 'ok', place, message: `${address} is free` }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const message = code === 'EADDRINUSE' ? `${address} is taken` : `${address} cannot be bound (${code})`
    const fix = 'unless it is this sidecar that runs there already, stop what does or choose another port'
    return { severity: 'warning', place, message, fix }
  } finally {
    server.close()
  }
}

async function reach(place: string, address: string, fix: string): Promise<Finding> {
  const condition = await probeApp(address, PROBE_TIMEOUT_MS)
  if (condition === 'serving') return { severity: 'ok', place, message: `${address} serves` }
  const message = condition === 'unreachable' ? `nothing answers on ${address}` : `${address} says NOT_SERVING`
  const problem: Problem = { severity: 'warning', place, message, fix }
  return problem
}

/** No more than a connection: logging in is for sidecars. */
async function dialNats(server: string): Promise<Finding> {
  const [place, address] = ['nats', server.replace(/^\w+:\/\//, '')]
  if (await takesConnections(address, PROBE_TIMEOUT_MS)) {
    return { severity: 'ok', place, message: `${address} takes connections` }
  }
  const fix = 'check nats.servers, or start it; without a lease nothing passes, unless on_cut_off: allow'
  const problem: Problem = { severity: 'warning', place, message: `nothing answers on ${address}`, fix }
  return problem
}
