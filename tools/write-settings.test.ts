import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SETTINGS_FILE, settingsPage } from './write-settings.ts'

test('the page about settings is up to date (else: npm run settings)', () => {
  expect(readFileSync(SETTINGS_FILE, 'utf8')).toBe(settingsPage())
})
