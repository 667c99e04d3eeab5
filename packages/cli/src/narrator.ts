import type { SidecarAddresses } from '@spillway/sidecar'
import type { Terminal } from './terminal.ts'

/** What happens in the life of a sidecar that people want to read. */
export type LifeEvent =
  | { readonly event: 'listening'; readonly addresses: SidecarAddresses; readonly app: string }
  | { readonly event: 'waiting'; readonly app: string }
  | { readonly event: 'serving'; readonly afterMs: number }
  | { readonly event: 'not_serving'; readonly condition: string }
  | { readonly event: 'draining'; readonly because: string }
  | { readonly event: 'drained'; readonly cut: number; readonly tookMs: number }
  | { readonly event: 'app_ended'; readonly exitCode: number }

/** Tells the life of a sidecar on standard error: one line for people, or one JSON object, for each event. */
export function narrate(terminal: Terminal, isJson: boolean): (event: LifeEvent) => void {
  if (isJson) return (event) => terminal.err(`${JSON.stringify(event)}\n`)
  return (event) => terminal.err(`spillway: ${inWords(event)}\n`)
}

function inWords(event: LifeEvent): string {
  switch (event.event) {
    case 'listening': {
      const { inbound, outbound, inspect, web } = event.addresses
      return `inbound ${inbound} -> app ${event.app} · outbound ${outbound} · inspector ${inspect} · http://${web}/metrics`
    }
    case 'waiting':
      return `still waiting for the app on ${event.app} (another port? --app-port)`
    case 'serving':
      return `the app serves, after ${(event.afterMs / 1_000).toFixed(1)} s`
    case 'not_serving':
      return `the app is ${event.condition === 'unreachable' ? 'unreachable' : 'not serving'}`
    case 'draining':
      return `draining (${event.because})`
    case 'drained':
      return `drained in ${(event.tookMs / 1_000).toFixed(1)} s, ${event.cut} calls cut`
    default:
      return `the app ended with code ${event.exitCode}`
  }
}
