import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { settingTable } from '@spillway/sidecar/settings'

/** Where the table is written. */
export const SETTINGS_FILE = fileURLToPath(new URL('../packages/sidecar/SETTINGS.md', import.meta.url))

/** The page about settings, as it must be. */
export function settingsPage(): string {
  return `# Settings

<!-- Written by \`npm run settings\` from packages/sidecar/src/config/schema.ts. Do not edit. -->

A flag wins over a variable, a variable over \`spillway.yaml\`, that over the default. \`<name>\` stands for a name of your
own, \`<n>\` for a place in a list. The same table: \`spillway check --settings\`.

${settingTable()}`
}

if (import.meta.main) writeFileSync(SETTINGS_FILE, settingsPage())
