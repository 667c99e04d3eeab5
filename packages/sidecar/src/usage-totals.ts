import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BudgetSnapshot } from '@spillway/budget'
import type { Clock, Timer } from '@spillway/clock'
import type { Emit } from '@spillway/telemetry'

/** How often the totals are written, in milliseconds: what a killed process forgets at most. */
const SAVE_MS = 5_000

/** What usage totals are made of. */
export interface UsageParts {
  readonly clock: Clock
  readonly emit: Emit
  /** The budgets now. */
  readonly snapshot: () => readonly BudgetSnapshot[]
}

/**
 * Units that each budget used, over restarts: for bills and reports, never for decisions. Kept in one small JSON file that is
 * replaced as a whole, so that it is never half written. One file belongs to one sidecar.
 */
export class UsageTotals {
  readonly #file: string | undefined
  readonly #parts: UsageParts
  readonly #totals = new Map<string, number>()
  /** What each budget said last; those that are gone are left out. */
  #seen: ReadonlyMap<string, number> = new Map()
  #timer: Timer | undefined
  #saving: Promise<void> = Promise.resolve()

  /** Without a file the totals begin at 0 with the process. */
  constructor(file: string | undefined, parts: UsageParts) {
    this.#file = file
    this.#parts = parts
  }

  /** Adds what the file says, and writes it from now on. A file that cannot be read is put aside and told of. */
  async start(): Promise<void> {
    if (this.#file === undefined) return
    await this.#load(this.#file)
    this.#saveLater()
  }

  /** Units that the budget of that name used, ever. */
  of(name: string): number {
    this.#count()
    return this.#totals.get(name) ?? 0
  }

  /** Writes the totals a last time. */
  async close(): Promise<void> {
    if (this.#timer === undefined) return
    this.#timer.cancel()
    await this.#save()
  }

  #count(): void {
    const now = new Map(this.#parts.snapshot().map(({ name, classes }) => [name, usedBy(classes)]))
    for (const [name, used] of now) this.#add(name, used - (this.#seen.get(name) ?? 0))
    this.#seen = now
  }

  #add(name: string, units: number): void {
    this.#totals.set(name, (this.#totals.get(name) ?? 0) + units)
  }

  #saveLater(): void {
    this.#timer = this.#parts.clock.schedule(SAVE_MS, () => {
      this.#saveLater()
      void this.#save()
    })
  }

  #save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#write())
    return this.#saving
  }

  async #write(): Promise<void> {
    const file = this.#file
    if (file === undefined) return
    this.#count()
    try {
      await mkdir(dirname(file), { recursive: true })
      await writeFile(`${file}.new`, `${JSON.stringify({ used: Object.fromEntries(this.#totals) })}\n`)
      await rename(`${file}.new`, file)
    } catch (error) {
      this.#tell(file, error)
    }
  }

  async #load(file: string): Promise<void> {
    try {
      const totals = parseTotals(await readFile(file, 'utf8'))
      for (const [name, used] of totals) this.#add(name, used)
    } catch (error) {
      if (isMissing(error)) return
      this.#tell(file, error)
      await rename(file, `${file}.unreadable`).catch(() => undefined)
    }
  }

  #tell(file: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    this.#parts.emit({ kind: 'usage_unsaved', file, reason })
  }
}

/** Units that all classes of a budget used. */
export function usedBy(classes: BudgetSnapshot['classes']): number {
  return classes.reduce((sum, { used }) => sum + used, 0)
}

/** Throws when the text is not what {@link UsageTotals} writes. */
function parseTotals(text: string): ReadonlyMap<string, number> {
  const value: unknown = JSON.parse(text)
  const used = typeof value === 'object' && value !== null && 'used' in value ? value.used : undefined
  if (typeof used !== 'object' || used === null) throw new Error('no usage totals')
  return new Map(Object.entries(used).map(([name, units]) => [name, toUnits(name, units)]))
}

function toUnits(name: string, units: unknown): number {
  if (typeof units === 'number' && units >= 0 && Number.isFinite(units)) return units
  throw new Error(`no total for ${name}`)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
