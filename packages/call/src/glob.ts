/**
 * Whether `text` matches a glob in which `*` stands for any run of characters, none included, and everything else for
 * itself. Takes time in the product of the lengths at worst, whatever the pattern.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0
  let position = 0
  let star = -1
  let resume = 0
  while (position < text.length) {
    if (pattern[at] === '*') {
      star = at++
      resume = position
    } else if (pattern[at] === text[position]) {
      at++
      position++
    } else if (star >= 0) {
      at = star + 1
      position = ++resume
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
