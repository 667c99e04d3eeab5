/** The value below which `percent` of a hundred values lie (nearest rank); undefined when there are none. */
export function percentile(values: readonly number[], percent: number): number | undefined {
  const sorted = values.toSorted((first, second) => first - second)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
}
