const MOST_NAMES = 3

/** The names most like `wanted`, at most three, nearest first: for "no such …; nearest: …". */
export function nearestNames(wanted: string, names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, distance: distanceOf(wanted.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, MOST_NAMES)
    .map(({ name }) => name)
}

/** A part of a name is near; else edits (V. Levenshtein, 1966). */
function distanceOf(wanted: string, name: string): number {
  if (wanted !== '' && name.includes(wanted)) return 0
  let previous = Array.from({ length: name.length + 1 }, (_, index) => index)
  for (let row = 1; row <= wanted.length; row++) {
    const current = [row]
    for (let column = 1; column <= name.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (wanted[row - 1] === name[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[name.length] ?? 0
}
