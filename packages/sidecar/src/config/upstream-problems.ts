import type { Problem } from '@spillway/call'
import { nameProblems } from './name-problems.ts'
import type { SidecarConfig } from './schema.ts'

type PlaceOf = (path: readonly PropertyKey[]) => string

/** What is wrong with upstreams beyond the form of each value: their names, or a service that two of them serve. */
export function upstreamProblems({ outbound }: SidecarConfig, placeOf: PlaceOf): readonly Problem[] {
  const problems: Problem[] = []
  const servedBy = new Map<string, string>()
  for (const [name, { services }] of Object.entries(outbound.upstreams)) {
    const path = ['outbound', 'upstreams', name]
    problems.push(...nameProblems('outbound.upstreams', name, placeOf(path)))
    // Breakers and metrics call our own service by that name.
    if (name === 'app') problems.push(appIsTaken(placeOf(path)))
    for (const service of services) {
      const other = servedBy.get(service) ?? name
      servedBy.set(service, other)
      if (other === name) continue
      const place = placeOf([...path, 'services', services.indexOf(service)])
      const message = `outbound.upstreams.${name}.services: ${service} is served by ${other} already`
      problems.push({ severity: 'error', place, message, fix: 'name it at one of the two' })
    }
  }
  return problems
}

function appIsTaken(place: string): Problem {
  const message = 'outbound.upstreams.app: app is the name of the service beside this sidecar'
  return { severity: 'error', place, message, fix: 'give the upstream another name' }
}
