import { closeSync, openSync, readSync } from 'node:fs'

/** What a settings file may be at most: as much as a ConfigMap of Kubernetes holds. */
const MOST_OCTETS = 1_024 * 1_024

/** The text of a file, or why there is none: what is wrong, and one thing to do about it. */
export type TextRead = { readonly text: string } | { readonly message: string; readonly fix: string }

/**
 * Reads a text file in UTF-8 of at most a mebibyte. No more than that is ever read, so that a device or a pipe without end does no
 * harm. Throws what the disk throws.
 */
export function readText(path: string): TextRead {
  const octets = readAtMost(path, MOST_OCTETS + 1)
  if (octets.length > MOST_OCTETS) {
    return { message: 'is too large (allowed: at most 1 MiB)', fix: 'name the settings file' }
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(octets) }
  } catch {
    return { message: 'is no text in UTF-8', fix: 'name the settings file, or save it as UTF-8' }
  }
}

function readAtMost(path: string, most: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const chunks: Buffer[] = []
    for (let total = 0; total < most;) {
      const chunk = Buffer.allocUnsafe(Math.min(65_536, most - total))
      const read = readSync(file, chunk)
      if (read === 0) break
      chunks.push(chunk.subarray(0, read))
      total += read
    }
    return Buffer.concat(chunks)
  } finally {
    closeSync(file)
  }
}
