/** A share as people read it: `99.95 %`, `100 %`; a dash when there is nothing to share. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '-'
  const percent = (100 * part) / whole
  if (part === whole || part === 0) return `${percent} %`
  return `${keepApart(percent).toFixed(percent >= 99 || percent < 1 ? 2 : 1)} %`
}

/** What is not all never rounds to all, what is not nothing never to nothing. */
function keepApart(percent: number): number {
  return Math.min(99.99, Math.max(0.01, percent))
}

/** A duration: `87 ms`, `1.24 s`; a dash when there is none. */
export function formatMs(durationMs: number | undefined): string {
  if (durationMs === undefined) return '-'
  return durationMs < 999.5 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1_000).toFixed(2)} s`
}

/** Events per second: `79.6/s`. */
export function formatRate(count: number, seconds: number): string {
  return seconds > 0 ? `${(count / seconds).toFixed(1)}/s` : '-'
}
