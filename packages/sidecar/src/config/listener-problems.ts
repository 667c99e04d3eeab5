import { isIP } from 'node:net'
import type { Problem } from '@spillway/call'
import type { SidecarConfig } from './schema.ts'

type PlaceOf = (path: readonly PropertyKey[]) => string

const LISTENERS = ['inbound', 'outbound', 'inspect', 'web'] as const

/** What is wrong with listeners beside each other: two on one port, or one that a sidecar would send calls to itself. */
export function listenerProblems(config: SidecarConfig, placeOf: PlaceOf): readonly Problem[] {
  return [...sharedPorts(config, placeOf), ...callsToItself(config, placeOf)]
}

function sharedPorts(config: SidecarConfig, placeOf: PlaceOf): Problem[] {
  return LISTENERS.flatMap((name, index) => {
    const other = LISTENERS.slice(0, index).find((before) => isSame(config[before], config[name]))
    if (other === undefined) return []
    const message = `${name}.port: ${config[name].port} is ${other}.port already`
    return [{ severity: 'error', place: placeOf([name, 'port']), message, fix: 'choose another port' }]
  })
}

function callsToItself(config: SidecarConfig, placeOf: PlaceOf): Problem[] {
  const problem = (
    path: readonly PropertyKey[],
    key: string,
    address: string,
    listener: string,
    fix: string,
  ): Problem => {
    const message = `${key}: ${address} is ${listener}.port of this sidecar`
    return { severity: 'error', place: placeOf(path), message, fix }
  }
  const { app } = config.inbound
  const own = LISTENERS.find((name) => isAt(config[name], app))
  const wrong =
    own === undefined ? [] : [problem(['inbound', 'app'], 'inbound.app', app, own, 'name the port of the service')]
  for (const [name, { endpoints }] of Object.entries(config.outbound.upstreams)) {
    endpoints.forEach(({ address }, index) => {
      if (!isAt(config.outbound, address)) return
      const path = ['outbound', 'upstreams', name, 'endpoints', index, 'address']
      const key = `outbound.upstreams.${name}.endpoints[${index}].address`
      wrong.push(problem(path, key, address, 'outbound', 'name the address of the upstream'))
    })
  }
  return wrong
}

interface Listener {
  readonly host: string
  readonly port: number
}

/** One of the two could not be bound. Port 0 is any free one. */
function isSame(left: Listener, right: Listener): boolean {
  if (left.port === 0 || left.port !== right.port) return false
  return left.host === right.host || isEverywhere(left.host) || isEverywhere(right.host)
}

/** A connection to that address would reach the listener. */
function isAt(listener: Listener, address: string): boolean {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? []
  if (listener.port === 0 || Number(port) !== listener.port) return false
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  return numeric(bare) === numeric(listener.host) || (isEverywhere(listener.host) && isLocal(bare))
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

function isLocal(host: string): boolean {
  return host === '::1' || isEverywhere(host) || (isIP(host) === 4 && host.startsWith('127.')) || host === 'localhost'
}

function numeric(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host
}
