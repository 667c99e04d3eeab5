import type { Problem } from '@spillway/call'
import { nearest } from '@spillway/contract/nearest'
import type { SidecarConfig } from './schema.ts'

/** What is wrong, or unwise, about those who elect the region's aggregator. Nothing when nobody is named. */
export function voterProblems({ nats, role }: SidecarConfig, place: string): readonly Problem[] {
  const { voters, id } = nats
  if (voters === undefined) return []
  const report = (severity: Problem['severity'], message: string, fix: string): Problem => {
    return { severity, place, message: `nats.voters: ${message}`, fix }
  }
  if (voters.length === 0)
    return [report('error', 'names nobody', 'name three processes of the region, or leave it out')]
  const twice = voters.filter((voter, index) => voters.indexOf(voter) !== index)
  if (twice.length > 0)
    return twice.map((voter) => report('error', `${voter} stands there twice`, 'name each voter once'))
  const advice: Problem[] = []
  if (voters.length % 2 === 0) advice.push(report('warning', evenNumber(voters), `name ${voters.length + 1}`))
  if (voters.length === 1) {
    advice.push(report('warning', 'while the only voter is away nobody is elected', 'name three'))
  }
  if (role.includes('aggregator')) advice.push(...ownVote(voters, id, report))
  return advice
}

function evenNumber(voters: readonly string[]): string {
  const first = voters.toSorted()[0] ?? ''
  return `of ${voters.length} voters half decide only with ${first}, the first by name`
}

function ownVote(
  voters: readonly string[],
  id: string | undefined,
  report: (severity: Problem['severity'], message: string, fix: string) => Problem,
): Problem[] {
  const names = voters.join(', ')
  if (id === undefined) {
    const message = `this process has no nats.id, so it stands for election and has no vote (voters: ${names})`
    return [report('warning', message, 'set nats.id to the name of one, or role to sidecar')]
  }
  if (voters.includes(id)) return []
  const meant = nearest(id, voters)
  const message = `${id}, this process, is not among them (${names}), so it stands for election and has no vote`
  return [report('warning', message, meant === undefined ? `add ${id}, or set role to sidecar` : `write ${meant}`)]
}
