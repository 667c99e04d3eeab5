import type { Run } from './experiment.ts'
import { lackMs, leaderlessMs, leastHeld, quantile, shiftTimes, utilisation } from './figures.ts'
import type { Traffic } from './fleet.ts'
import { scaleOf, type Scale } from './scenario.ts'

/** One figure of every scheme. */
export interface Row {
  readonly title: string
  readonly target: string
  /** Whether ours meets the target; undefined where there is none. */
  readonly isMet: boolean | undefined
  /** By scheme; undefined where it was not run or the figure means nothing. */
  readonly values: ReadonlyMap<string, string>
}

interface Figure {
  readonly title: string
  readonly scenario: string
  readonly target: string
  readonly isMet?: (value: number) => boolean
  readonly format: (value: number) => string
  /** `quiet` is the same fleet where nothing happens; undefined when that was not run. */
  readonly measure: (run: Run, scale: Scale, quiet: Run | undefined) => number
  readonly onlyLeases?: boolean
}

/** When what a scenario is about happens. */
const eventMs = ({ warmMs }: Scale): number => warmMs + 5_000
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`
const seconds = (ms: number): string => (Number.isFinite(ms) ? `${(ms / 1_000).toFixed(2)} s` : 'never')
const plain = (value: number): string => (value >= 1_000 ? value.toExponential(1) : value.toFixed(2))

/** The longest lease, in milliseconds: what a hand-over does to shares shows before that. */
const LEASE_MS = 9_000

/** Shares move with the chance of arrivals, and so does what is admitted: by less than half a percent. */
const NOISE = 0.995

const FIGURES: readonly Figure[] = [
  {
    title: 'utilisation, moving hot spot',
    scenario: 'hot',
    target: '>= 97 %',
    isMet: (value) => value >= 0.97,
    format: percent,
    measure: ({ recording, scenario }, scale) => utilisation(recording, scale, scale.warmMs, scenario.endMs),
  },
  {
    title: 'utilisation, partition of 25 s',
    scenario: 'partition',
    target: '>= 95 %',
    isMet: (value) => value >= 0.95,
    format: percent,
    measure: ({ recording }, scale) => utilisation(recording, scale, eventMs(scale), eventMs(scale) + 25_000),
  },
  {
    title: 'demand shift to new shares, p50',
    scenario: 'shift',
    target: '<= 0.5 s',
    isMet: (value) => value <= 500,
    format: seconds,
    measure: ({ recording, scenario }, scale) => quantile(shiftTimes(recording, scale, scenario), 0.5),
  },
  {
    title: 'demand shift to new shares, p99',
    scenario: 'shift',
    target: '<= 1 s',
    isMet: (value) => value <= 1_000,
    format: seconds,
    measure: ({ recording, scenario }, scale) => quantile(shiftTimes(recording, scale, scenario), 0.99),
  },
  {
    title: 'critical surge pre-empts',
    scenario: 'surge',
    target: '<= 1 s',
    isMet: (value) => value <= 1_000,
    format: seconds,
    measure: ({ recording, scenario }, scale) => shiftTimes(recording, scale, scenario)[0] ?? 0,
  },
  {
    title: 'critical served, from 1 s on',
    scenario: 'surge',
    target: '>= 99 %',
    isMet: (value) => value >= 0.99,
    format: percent,
    measure: ({ recording, endMs }, scale) => recording.served(0, eventMs(scale) + 1_000, endMs),
  },
  {
    title: 'allocator dies: successor after',
    scenario: 'failover',
    target: '<= 11 s',
    isMet: (value) => value <= 11_000,
    format: seconds,
    measure: ({ recording }, scale) => leaderlessMs(recording, eventMs(scale)),
    onlyLeases: true,
  },
  {
    title: 'utilisation over the 20 s from then',
    scenario: 'failover',
    target: '',
    format: percent,
    measure: ({ recording }, scale) => utilisation(recording, scale, eventMs(scale), eventMs(scale) + 20_000),
  },
  {
    // Leases outlive the hand-over: what counts is what can be admitted meanwhile.
    title: 'allocator told to go: less held than before for',
    scenario: 'handover',
    target: '0 s',
    isMet: (value) => value === 0,
    format: seconds,
    measure: ({ recording, endMs }, scale, quiet) => {
      const fromMs = eventMs(scale)
      const toMs = Math.min(endMs, fromMs + LEASE_MS)
      const before = leastHeld(recording, scale.warmMs, fromMs)
      // Shares move by chance alone: what the regions hold then where nobody is told to go is no loss.
      const byChance = quiet ? leastHeld(quiet.recording, fromMs, toMs) : before
      return lackMs(recording, NOISE * Math.min(before, byChance), fromMs, toMs)
    },
    onlyLeases: true,
  },
  {
    title: '  fewer admitted in the 2 s from then by',
    scenario: 'handover',
    target: '0 %',
    isMet: (value) => value <= 1 - NOISE,
    format: percent,
    measure: ({ recording }, scale) => {
      const atMs = eventMs(scale)
      const before = recording.admittedRate(scale.warmMs, atMs)
      return Math.max(0, 1 - recording.admittedRate(atMs, atMs + 2_000) / before)
    },
    onlyLeases: true,
  },
  {
    title: '  successor after',
    scenario: 'handover',
    target: '<= 2 s',
    isMet: (value) => value <= 2_000,
    format: seconds,
    measure: ({ recording }, scale) => leaderlessMs(recording, eventMs(scale)),
    onlyLeases: true,
  },
  {
    title: 'aggregator told to go: time its region lacks 10 %',
    scenario: 'succession',
    target: '0 s',
    isMet: (value) => value === 0,
    format: seconds,
    measure: ({ recording, endMs }, scale) =>
      lackMs(recording, (0.9 * scale.budget.rate) / scale.regions, eventMs(scale), endMs, 0),
    onlyLeases: true,
  },
  {
    title: 'sidecar dies: its share is back after',
    scenario: 'crash',
    target: '<= 4 s',
    isMet: (value) => value <= 4_000,
    format: seconds,
    measure: ({ recording, endMs }, scale) => lackMs(recording, 0.98 * scale.budget.rate, eventMs(scale), endMs),
    onlyLeases: true,
  },
  {
    title: 'sidecar cut off: utilisation from then',
    scenario: 'cut',
    target: '>= 95 %',
    isMet: (value) => value >= 0.95,
    format: percent,
    measure: ({ recording, endMs }, scale) => utilisation(recording, scale, eventMs(scale), endMs),
    onlyLeases: true,
  },
  {
    // The floors stay back until the slices of a fleet that may have run before have expired.
    title: 'cold start: nine tenths of all but floors held after',
    scenario: 'cold',
    target: '',
    format: seconds,
    measure: ({ recording, endMs }, { budget, floors }) =>
      lackMs(recording, 0.9 * (1 - floors) * budget.rate, 0, endMs),
    onlyLeases: true,
  },
  ...smallFigures('small', '2/s, wait 0.25 s', false),
  ...smallFigures('patient', '2/s, wait 1 s', true),
  ...smallFigures('tight', '10/s, wait 0.25 s', false),
  {
    title: 'messages a sidecar and second, steady',
    scenario: 'steady',
    target: '<= 2',
    isMet: (value) => value <= 2.05,
    format: plain,
    measure: (run, scale) => perSecond(run, scale, 'inside') / scale.regions / scale.sidecars,
  },
  {
    title: '  as copies: one for each process reached',
    scenario: 'steady',
    target: '',
    format: plain,
    measure: (run, scale) => perSecond(run, scale, 'insideCopies') / scale.regions / scale.sidecars,
  },
  {
    title: 'messages a region and second, steady',
    scenario: 'steady',
    target: '<= 8',
    isMet: (value) => value <= 8.2,
    format: plain,
    measure: (run, scale) => perSecond(run, scale, 'between') / scale.regions,
  },
  {
    title: '  as copies: one for each region reached',
    scenario: 'steady',
    target: '',
    format: plain,
    measure: (run, scale) => perSecond(run, scale, 'betweenCopies') / scale.regions,
  },
  {
    title: 'utilisation, steady',
    scenario: 'steady',
    target: '',
    format: percent,
    measure: ({ recording, endMs }, scale) => utilisation(recording, scale, scale.warmMs, endMs),
  },
]

/** Of a budget smaller than the fleet. No target where calls give up before an ask has been to another continent and back, or the burst is spent meanwhile. */
function smallFigures(scenario: string, title: string, isReachable: boolean): Figure[] {
  const target = isReachable ? { target: '>= 90 %', isMet: (value: number) => value >= 0.9 } : { target: '' }
  return [
    {
      title: `40 sidecars, ${title}: utilisation`,
      scenario,
      ...target,
      format: percent,
      measure: ({ recording, endMs }, scale) => utilisation(recording, scale, scale.warmMs, endMs),
    },
    {
      title: '  critical served',
      scenario,
      ...target,
      format: percent,
      measure: ({ recording, endMs }, { warmMs }) => recording.served(0, warmMs, endMs),
    },
    {
      title: '  calls that waited',
      scenario,
      target: '',
      format: percent,
      measure: ({ waited, recording, endMs }) => waitedCalls(waited) / offered(recording, endMs),
      onlyLeases: true,
    },
    {
      title: '  for, on average',
      scenario,
      target: '',
      format: seconds,
      measure: ({ waited }) => waited.totalMs / Math.max(1, waitedCalls(waited)),
      onlyLeases: true,
    },
    {
      title: '  of them in vain',
      scenario,
      target: '',
      format: percent,
      measure: ({ waited }) => waited.refused / Math.max(1, waitedCalls(waited)),
      onlyLeases: true,
    },
  ]
}

function waitedCalls({ admitted, refused }: Run['waited']): number {
  return admitted + refused
}

function offered(recording: Run['recording'], endMs: number): number {
  return Math.max(1, recording.at(endMs)?.offeredByTier.reduce((sum, calls) => sum + calls, 0) ?? 0)
}

/** All figures of all runs; those of scenarios that were not run are left out. */
export function tableOf(runs: readonly Run[], scale: Scale): Row[] {
  return [...FIGURES.flatMap((figure) => rowOf(figure, runs, scale)), ...promiseRows(runs, scale)]
}

function rowOf(figure: Figure, runs: readonly Run[], scale: Scale): Row[] {
  const own = runs.filter(({ scenario }) => scenario.name === figure.scenario)
  if (own.length === 0) return []
  const values = new Map<string, string>()
  let isMet: boolean | undefined
  for (const run of own) {
    const isOurs = run.scheme.name === 'leases'
    if (figure.onlyLeases && !isOurs) continue
    const quiet = runs.find(({ scheme, scenario }) => scheme === run.scheme && scenario.name === 'quiet')
    const value = figure.measure(run, scaleOf(scale, run.scenario), quiet)
    values.set(run.scheme.name, figure.format(value))
    if (isOurs) isMet = figure.isMet?.(value)
  }
  return [{ title: figure.title, target: figure.target, isMet, values }]
}

/** The worst of all scenarios: excess over the line of any interval, and admitted against the budget. */
function promiseRows(runs: readonly Run[], scale: Scale): Row[] {
  const worst = new Map<string, number>()
  const admitted = new Map<string, number>()
  for (const { scheme, scenario, checker, endMs } of runs) {
    const { budget } = scaleOf(scale, scenario)
    const allowed = budget.burst + (budget.rate * endMs) / 1_000
    worst.set(scheme.name, Math.max(worst.get(scheme.name) ?? 0, checker.worstExcess / budget.burst))
    admitted.set(scheme.name, Math.max(admitted.get(scheme.name) ?? 0, checker.total / allowed))
  }
  const show = (values: ReadonlyMap<string, number>): Map<string, string> =>
    new Map([...values].map(([name, value]) => [name, plain(value)]))
  const isKept = (worst.get('leases') ?? 0) <= 1 + 1e-6
  return [
    { title: 'worst excess of any interval / B', target: '<= 1', isMet: isKept, values: show(worst) },
    { title: 'admitted / (B + R t), worst run', target: '<= 1', isMet: isKept, values: show(admitted) },
  ]
}

function perSecond({ recording, endMs }: Run, { warmMs }: Scale, kind: keyof Traffic): number {
  const first = recording.at(warmMs)
  const last = recording.at(endMs)
  return first && last ? ((last[kind] - first[kind]) * 1_000) / (last.nowMs - first.nowMs) : 0
}
