import { readFileSync } from 'node:fs'
import { systemClock, type Clock, type Timer } from '@spillway/clock'

/** By then a start is over. Each pause is twice as long as the one before ... */
const FIRST_PAUSE_MS = 1_000
/** ... up to this: the same calls touch the same pages, and only what is called anew touches others. */
const LONGEST_PAUSE_MS = 600_000

/** MADV_DONTNEED, the same on every architecture of Linux. */
const DONT_NEED = 4

/** Part of the address space, from its first octet on. */
interface Range {
  readonly address: bigint
  readonly bytes: bigint
}

/**
 * Keeps few pages of the program itself resident: the binary of Node and its libraries. A start and the compilation under the
 * first load touch 50 MiB of them, relaying calls some 25; nobody takes the others back as long as memory is not short, and
 * they count against this process. Lets go of all of them (madvise(2), MADV_DONTNEED), often at first and every ten minutes in
 * the end: they stay in the system's cache of files, and those that are needed are mapped again at the first touch, each with
 * a fault that a call waits for.
 *
 * Only whole mappings of files that nothing can have been written to are let go of. Where there is no /proc (only Linux has
 * one), or no FFI in this Node, nothing happens. Returns what stops it.
 */
export function keepProgramPagesFew(clock: Clock = systemClock): () => void {
  const madvise = findMadvise()
  const ranges = madvise === undefined ? [] : programRanges()
  if (madvise === undefined || ranges.length === 0) return () => undefined
  const release = (): void => {
    for (const { address, bytes } of ranges) madvise(address, bytes, DONT_NEED)
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
    timer = clock.schedule(pauseMs, release)
  }
  let pauseMs = FIRST_PAUSE_MS
  let timer: Timer = clock.schedule(pauseMs, release)
  return () => timer.cancel()
}

type Madvise = (address: bigint, bytes: bigint, advice: number) => number

/** Node's FFI is an experiment, which it says on standard error unless nobody listens; ours is one call that nothing depends on. */
function findMadvise(): Madvise | undefined {
  const emitWarning = Reflect.get(process, 'emitWarning')
  process.emitWarning = () => undefined
  try {
    const ffi = process.getBuiltinModule('node:ffi')
    const { functions } = ffi.dlopen(null, {
      madvise: { arguments: ['uint64', 'uint64', 'int32'], return: 'int32' },
    })
    return functions.madvise
  } catch {
    return undefined
  } finally {
    process.emitWarning = emitWarning
  }
}

/**
 * The mappings of this process that are private, of a file, and without a page that differs from it: those that nothing may
 * write to, less what the linker has written before it was made so (RELRO).
 */
function programRanges(): readonly Range[] {
  return readMappings().flatMap((lines) => {
    const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ [1-9]\d* +\//.exec(lines) ?? []
    if (from === '' || !/^Anonymous: +0 kB$/m.test(lines)) return []
    const address = BigInt(`0x${from}`)
    return [{ address, bytes: BigInt(`0x${to}`) - address }]
  })
}

/** What proc_pid_smaps(5) says of each. */
function readMappings(): readonly string[] {
  try {
    return readFileSync('/proc/self/smaps', 'latin1').split(/^(?=[0-9a-f]+-)/m)
  } catch {
    return []
  }
}
