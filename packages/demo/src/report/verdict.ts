import type { Act, Phase } from '../acts/act.ts'
import type { FaultAct } from '../acts/fault-act.ts'
import { DEMO_CLASSES } from '../load/demo-class.ts'
import { formatMs, formatRate, formatShare } from './format.ts'

/** One thing that the demo set out to show, and what came of it. */
interface Finding {
  readonly holds: boolean
  /** What was measured, as a sentence for people. */
  readonly text: string
}

/** What the demo showed. */
export interface Verdict {
  /** Critical calls fared better behind the sidecar than without it: what the demo promises. */
  readonly isKept: boolean
  readonly findings: readonly Finding[]
}

/** Success of critical calls behind the sidecar that counts as kept alive. */
const KEPT_SHARE = 0.995
/** Throughput that priorities may cost. */
const GOODPUT_SHARE = 0.93

/** Judges the three acts by their numbers alone. */
export function judge(without: Act, behind: Act, faults: FaultAct): Verdict {
  const critical = criticalFinding(without, behind)
  return {
    isKept: share(behind) > share(without),
    findings: [critical, goodputFinding(without, behind), orderFinding(behind), ...breakerFindings(faults)],
  }
}

function share(act: Act): number {
  const { fates, offered } = act.tally.of('critical')
  return offered === 0 ? 0 : fates.ok / offered
}

function criticalFinding(without: Act, behind: Act): Finding {
  const [before, after] = [without.tally.of('critical'), behind.tally.of('critical')]
  const text =
    `critical calls answered: ${formatShare(before.fates.ok, before.offered)} without the sidecar, ` +
    `${formatShare(after.fates.ok, after.offered)} behind it (p99 ${formatMs(before.p99Ms)} -> ${formatMs(after.p99Ms)})`
  return { holds: share(behind) > share(without) && share(behind) >= KEPT_SHARE, text }
}

function goodputFinding(without: Act, behind: Act): Finding {
  const before = without.tally.total().fates.ok
  const after = behind.tally.total().fates.ok
  const text =
    `the service did as much work: ${formatRate(before, without.durationMs / 1_000)} good answers without, ` +
    `${formatRate(after, behind.durationMs / 1_000)} behind`
  return { holds: after >= GOODPUT_SHARE * before, text }
}

function orderFinding(behind: Act): Finding {
  const shares = DEMO_CLASSES.map((name) => behind.tally.of(name)).map(({ fates, offered }) =>
    offered === 0 ? 0 : fates.ok / offered,
  )
  const holds = shares.every((share, index) => share <= (shares[index - 1] ?? 1))
  const text = `less important classes gave way first: ${DEMO_CLASSES.map(
    (name, index) => `${name} ${formatShare(shares[index] ?? 0, 1)}`,
  ).join(', ')}`
  return { holds, text }
}

function breakerFindings({ act, faulty, openedMs, recoveredMs }: FaultAct): Finding[] {
  return [
    openedMs === undefined
      ? { holds: false, text: 'the breaker did not open while half of the calls failed' }
      : { holds: true, text: `the breaker opened ${formatMs(openedMs)} after half of the calls began to fail` },
    ruleFinding(act, faulty),
    recoveredMs === undefined
      ? { holds: false, text: 'the breaker did not close again in time' }
      : { holds: true, text: `the breaker closed ${formatMs(recoveredMs)} after the heal` },
  ]
}

function ruleFinding({ tally }: Act, faulty: Phase | undefined): Finding {
  const { offered, fates } = faulty?.tally.of('critical') ?? tally.of('critical')
  const rules = [...tally.rules].map(([name, count]) => `${name} (${count})`)
  const by = rules.length === 0 ? 'no rule' : `rule ${rules.join(', ')}`
  const answered = fates.ok + fates.degraded
  const text = `while they failed, ${formatShare(answered, offered)} of the critical calls were answered, ${formatShare(fates.degraded, offered)} by ${by}`
  return { holds: rules.length > 0 && answered > offered / 2, text }
}
