/** One column of a table. */
export interface Column<Row> {
  readonly title: string
  readonly isNumber?: boolean
  text(row: Row): string
}

/**
 * Rows under titles, columns two spaces apart, numbers to the right. A `style` sees the finished line of a row, so that
 * colours do not disturb the widths.
 */
export function textTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  style: (line: string, row: Row) => string = (line) => line,
): string {
  const cells = rows.map((row) => columns.map((column) => column.text(row)))
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((line) => line[index]?.length ?? 0)),
  )
  const align = (texts: readonly string[]): string =>
    texts
      .map((text, index) =>
        columns[index]?.isNumber === true ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd()
  const lines = [align(columns.map(({ title }) => title))]
  rows.forEach((row, index) => lines.push(style(align(cells[index] ?? []), row)))
  return `${lines.join('\n')}\n`
}
