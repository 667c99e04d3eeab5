import { parseArgs } from 'node:util'
import { FULL, LONG, QUICK, type BenchOptions } from './bench-options.ts'

const ALLOWED = '--quick, --long, --only <part of a name>'

/** What the flags of `npm run bench:relay` ask for, or in one line what is wrong with them. `names`: the peers there are. */
export function readBenchFlags(args: readonly string[], names: readonly string[]): BenchOptions | string {
  const flags = parse(args)
  if (typeof flags === 'string') return flags
  const { quick, long, only } = flags
  if (quick && long) return '--quick and --long: one of them at most; leave one out'
  const stranger = only.find((word) => names.every((name) => !isNamed(name, word)))
  if (stranger !== undefined)
    return `--only ${stranger}: no peer is called so; take a part of one of: ${names.join('; ')}`
  return {
    ...(quick ? QUICK : long ? LONG : FULL),
    only: names.filter((name) => only.some((word) => isNamed(name, word))),
  }
}

interface Flags {
  readonly quick: boolean
  readonly long: boolean
  readonly only: readonly string[]
}

function parse(args: readonly string[]): Flags | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        long: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
      },
    })
    return values
  } catch (error) {
    // Its further sentences tell of positional arguments, of which there are none.
    const [what = ''] = String(error instanceof Error ? error.message : error).split('. ')
    return `${what}; allowed: ${ALLOWED}; leave it out or write one of these`
  }
}

function isNamed(name: string, word: string): boolean {
  return word !== '' && name.toLowerCase().includes(word.toLowerCase())
}
