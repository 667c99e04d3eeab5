/** Tells people how the demo goes on. */
export interface Show {
  /** A line that stays. */
  line(text: string): void
  /** What is going on right now, replaced by the next one; nothing where lines cannot be taken back. */
  status(text: string): void
}

/** Says nothing: for output that programs read. */
export const silentShow: Show = { line: () => undefined, status: () => undefined }

/** Plain lines: for files and pipes. */
export function plainShow(write: (text: string) => void): Show {
  return { line: (text) => write(`${text}\n`), status: () => undefined }
}

/** Lines, and below them one status line that rewrites itself: for terminals. */
export function terminalShow(write: (text: string) => void): Show {
  const erase = '\r\u001B[2K'
  return {
    line: (text) => write(`${erase}${text}\n`),
    // Wrapping is off while the line is drawn, for a wrapped line could not be taken back.
    status: (text) => write(`${erase}\u001B[?7l${text}\u001B[?7h`),
  }
}
