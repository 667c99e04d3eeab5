import { expect, test } from 'vitest'
import { loadConfig } from './load-config.ts'
import { settingRows, settingTable } from './setting-list.ts'

test('flag, variable and key of a setting are the same words', () => {
  const row = settingRows.find(({ key }) => key === 'admission.max_wait.critical')

  expect(row).toMatchObject({
    flag: '--admission-max-wait-critical',
    variable: 'SPILLWAY_ADMISSION_MAX_WAIT_CRITICAL',
    fallback: '100ms',
  })
})

test('no two settings share a flag or a variable', () => {
  const names = settingRows.flatMap(({ flag, variable }) => [flag, variable]).filter((name) => name !== '')

  expect(new Set(names).size).toBe(names.length)
})

test('every default can be written down as it is shown', () => {
  for (const { flag, fallback } of settingRows) {
    if (flag === '' || fallback === '') continue
    const result = loadConfig({ flags: new Map([[flag, fallback]]) })
    expect([flag, result]).toEqual([flag, expect.objectContaining({ ok: expect.anything() })])
  }
})

test('the table has a line for every setting, those that only YAML can say included', () => {
  const lines = settingTable().trimEnd().split('\n')

  expect(lines).toHaveLength(settingRows.length + 2)
  expect(lines).toContain(
    '| `budgets.<name>.rate` |  |  | rate, such as 100 or 6000/m |  | Tokens a second, or a minute (6000/m) or an hour (/h), over all regions |',
  )
})
