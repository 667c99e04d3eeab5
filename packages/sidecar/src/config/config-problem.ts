import type { Problem } from '@spillway/call'
import { nearest } from '@spillway/contract/nearest'
import type { z } from 'zod'
import { keysAt } from './setting-list.ts'
import { shown } from './shown.ts'

/** The problems that one issue of the schema stands for; several for a group with several unknown keys. */
export function toProblems(issue: z.core.$ZodIssue, place: (path: readonly PropertyKey[]) => string): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(issue.path, key, place([...issue.path, key])))
  }
  const where = issue.path.length === 0 ? 'the configuration' : keyText(issue.path)
  const problem = (message: string, fix: string): Problem[] => [
    { severity: 'error', place: place(issue.path), message: `${where}: ${message}`, fix },
  ]
  switch (issue.code) {
    case 'custom':
      return problem(issue.message, String(issue.params?.['fix'] ?? 'correct it'))
    case 'too_small':
      return problem('is empty', 'write at least one')
    case 'invalid_type':
      if (issue.input === undefined) return problem('is missing', 'add it')
      if (issue.expected === 'array') return problem(`${shown(issue.input)} is no list`, 'write a list: [a, b]')
      return problem(`${shown(issue.input)} is no group of settings`, 'write the settings below it, indented')
    default:
      return problem(issue.message, 'correct it')
  }
}

function unknownKey(path: readonly PropertyKey[], key: string, place: string): Problem {
  const allowed = keysAt(path)
  const meant = nearest(key, allowed)
  return {
    severity: 'error',
    place,
    message: `${keyText([...path, key])}: there is no such key (allowed: ${allowed.join(', ')})`,
    fix: meant === undefined ? 'remove it' : `write ${meant}`,
  }
}

function keyText(path: readonly PropertyKey[]): string {
  return path
    .map((segment, index) =>
      typeof segment === 'number' ? `[${segment}]` : `${index === 0 ? '' : '.'}${String(segment)}`,
    )
    .join('')
}
