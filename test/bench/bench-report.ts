import type { BenchResult, PeerResult } from './bench-result.ts'
import { DIRECT } from './peer.ts'
import { median } from './statistics.ts'
import { addedP99Ms, judgeTargets, rateOf } from './targets.ts'

const COLUMNS = ['peer', 'calls/s', 'of direct', 'lowest..highest', 'CPU a call', 'p50 added', 'p99 added', 'resident']

/** The report in Markdown: what was measured, the targets beside it, and how to do it again. */
export function benchReport(result: BenchResult): string {
  return [
    '# Relay benchmark',
    '',
    'Small unary calls (64-octet messages). Calls per second are medians of interleaved rounds, between some of which all peers',
    'are started anew; latency is what a peer adds to the direct way at 1,000 calls a second at Poisson times (medians over',
    'seconds); CPU time a call and resident memory are of the memory calls.',
    '',
    ...markdownTable([COLUMNS, ...result.peers.map((peer) => peerRow(result, peer))]),
    '',
    ...result.skipped.map(({ name, reason }) => `- skipped: ${name}: ${reason}`),
    '',
    '## Targets',
    '',
    ...markdownTable([['', 'target', 'wanted', 'measured'], ...targetRows(result)]),
    '',
    '## Machine',
    '',
    ...Object.entries(result.machine).map(([name, value]) => `- ${name}: ${value}`),
    '',
    '## Commands',
    '',
    ...Object.entries(result.commands).map(([name, command]) => `- ${name}: \`${command}\``),
    ...result.peers.map(({ name, version, note, command }) => {
      const about = [version, note].filter((part) => part !== '').join('; ')
      return `- ${name} (${about}): \`${command}\``
    }),
    '',
  ].join('\n')
}

function peerRow(result: BenchResult, peer: PeerResult): string[] {
  const direct = result.peers.find(({ name }) => name === DIRECT)
  const p50Ms = direct === undefined ? undefined : median(peer.p50Ms) - median(direct.p50Ms)
  return [
    peer.name,
    whole(rateOf(peer)),
    direct === undefined ? '-' : (rateOf(peer) / rateOf(direct)).toFixed(2),
    `${whole(Math.min(...peer.callsPerSecond))}..${whole(Math.max(...peer.callsPerSecond))}`,
    peer.cpuUs.length === 0 ? '-' : `${median(peer.cpuUs).toFixed(1)} us`,
    milliseconds(p50Ms),
    milliseconds(addedP99Ms(result, peer)),
    peer.residentMib.length === 0 ? '-' : `${peer.residentMib.map((mib) => mib.toFixed(1)).join(', ')} MiB`,
  ]
}

function targetRows(result: BenchResult): string[][] {
  return judgeTargets(result).map(({ label, wanted, measured, isMet }) => [
    measured === undefined ? 'skipped' : isMet ? 'met' : 'MISSED',
    label,
    wanted,
    measured ?? '-',
  ])
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(2)} ms`
}

/** Columns are padded, so that it reads well as plain text too. */
function markdownTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [...lines.slice(0, 1), rule, ...lines.slice(1)]
}
