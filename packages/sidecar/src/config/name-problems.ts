import type { Problem } from '@spillway/call'
import * as kinds from './kinds.ts'

/**
 * What is wrong with a name that a user chose below `group` (`outbound.upstreams`): it stands in metrics, the log, messages and on
 * the command line. The name may be anything, so it is shown cut.
 */
export function nameProblems(group: string, name: string, place: string): readonly Problem[] {
  const read = kinds.name.read(name)
  return 'ok' in read ? [] : [{ severity: 'error', place, message: `${group}: ${read.message}`, fix: read.fix }]
}
