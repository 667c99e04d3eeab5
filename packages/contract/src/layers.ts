import type { Origin } from './method-policy.ts'
import type { Setting, Settings } from './settings.ts'

/** One source of settings for a method. */
export interface Layer {
  readonly source: Exclude<Origin['source'], 'built-in'>
  readonly settings: Settings
}

/**
 * The settings of a method from all of its sources. For each option the first source that says anything is in force.
 */
export class Layers {
  readonly #layers: readonly Layer[]

  /** Strongest first. */
  constructor(layers: readonly Layer[]) {
    this.#layers = layers
  }

  /** Everything that the strongest source says about an option; lists are not mixed. */
  all(key: string): readonly Setting[] {
    return this.#strongest(key)?.settings.get(key) ?? []
  }

  /** The one value of an option. */
  one(key: string): Setting | undefined {
    return this.all(key)[0]
  }

  origin(key: string): Origin {
    const layer = this.#strongest(key)
    const setting = layer?.settings.get(key)?.[0]
    return layer && setting ? { source: layer.source, place: setting.place } : BUILT_IN
  }

  #strongest(key: string): Layer | undefined {
    return this.#layers.find((layer) => layer.settings.has(key))
  }
}

const BUILT_IN: Origin = { source: 'built-in', place: '' }
