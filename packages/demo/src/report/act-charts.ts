import type { Act } from '../acts/act.ts'
import type { BreakerChange } from '../acts/breaker-watch.ts'
import type { FaultAct } from '../acts/fault-act.ts'
import { DEMO_CLASSES, type DemoClass } from '../load/demo-class.ts'
import type { Fate } from '../load/finished-call.ts'
import type { Second } from '../load/tally.ts'
import { CAPACITY_PER_SECOND } from '../scenario.ts'
import { barChart, roundTop, type Series, type Span } from './bar-chart.ts'

/** Every fate of a call that got no answer in time. */
const UNANSWERED: readonly Fate[] = ['refused', 'busy', 'deadline', 'failed', 'unsent']

/** Two charts for each act, good answers and calls without one per second and class, all to the same scales. */
export function stairsCharts(acts: readonly Act[]): string[] {
  const good = acts.map((act) => byClassSeries(act, ['ok', 'degraded']))
  const lost = acts.map((act) => byClassSeries(act, UNANSWERED))
  const [goodTop, lostTop] = [roundTop(good), roundTop(lost)]
  const line = { value: CAPACITY_PER_SECOND, label: 'capacity' }
  return acts.map((act, index) => {
    const common = { seconds: act.durationMs / 1_000, phases: phaseSpans(act) }
    const answered = { ...common, title: 'answered per second', series: good[index] ?? [], top: goodTop, line }
    const turnedAway = { ...common, title: 'not answered per second', series: lost[index] ?? [], top: lostTop }
    return barChart(answered) + barChart(turnedAway)
  })
}

/** How calls ended while half failed, with the breaker's state below. */
export function faultChart({ act, changes }: FaultAct): string {
  const series: Series[] = [
    { name: 'real answers', style: 'real', values: fatesBySecond(act, ['ok']) },
    { name: 'by rule', style: 'degraded', values: fatesBySecond(act, ['degraded']) },
    { name: 'failed', style: 'failed', values: fatesBySecond(act, ['failed', 'deadline', 'unsent']) },
    { name: 'turned away', style: 'refused', values: fatesBySecond(act, ['refused', 'busy']) },
  ]
  const seconds = act.durationMs / 1_000
  return barChart({
    title: 'calls per second, and the breaker of chat.v1.Chat/Generate below',
    series,
    seconds,
    top: roundTop([series]),
    phases: phaseSpans(act),
    ribbon: stateSpans(changes, seconds),
    isWide: true,
  })
}

function byClassSeries({ tally }: Act, fates: readonly Fate[]): Series[] {
  const seconds = tally.seconds()
  return DEMO_CLASSES.map((name) => ({
    name,
    style: name,
    values: seconds.map((second) => count(second, [name], fates)),
  }))
}

function fatesBySecond({ tally }: Act, fates: readonly Fate[]): number[] {
  return tally.seconds().map((second) => count(second, DEMO_CLASSES, fates))
}

function count(second: Second, names: readonly DemoClass[], fates: readonly Fate[]): number {
  return names.reduce((sum, name) => sum + fates.reduce((part, fate) => part + second[name].fates[fate], 0), 0)
}

function phaseSpans(act: Act): Span[] {
  return act.phases.map(({ label, startMs, durationMs }, index) => ({
    fromSecond: startMs / 1_000,
    toSecond: (startMs + durationMs) / 1_000,
    label,
    style: index % 2 === 0 ? 'even' : 'odd',
  }))
}

function stateSpans(changes: readonly BreakerChange[], seconds: number): Span[] {
  return changes.map(({ atMs, state }, index) => ({
    fromSecond: atMs / 1_000,
    toSecond: (changes[index + 1]?.atMs ?? seconds * 1_000) / 1_000,
    label: state.replace('_', '-'),
    style: state,
  }))
}
