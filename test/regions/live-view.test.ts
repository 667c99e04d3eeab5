import { expect, test } from 'vitest'
import { LiveView, sceneLine } from './live-view.ts'
import type { Scene } from './tour.ts'

const scene: Scene = {
  atS: 12.4,
  label: 'ap cut off',
  allocators: ['eu-1'],
  regions: new Map([
    ['eu', { rate: 200, cutOff: 0, offered: [10, 0, 40], served: [10, 0, 10] }],
    ['ap', { rate: 30, cutOff: 3, offered: [5, 5, 5], served: [5, 0, 0] }],
  ] as const),
  advisories: 2,
}

function view(isTTY: boolean): { show: (scene: Scene) => void; written: string[] } {
  const written: string[] = []
  const live = new LiveView({
    isTTY,
    columns: 100,
    write: (text: string | Uint8Array) => written.push(String(text)) > 0,
  })
  return { show: (one) => live.show(one), written }
}

test('a scene names shares, cut-off sidecars, leader and event', () => {
  expect(sceneLine(scene)).toBe('  12 s  eu 200/s  ap  30/s (3 cut off)  allocator eu-1  advisories 2  ap cut off')
})

test('elsewhere than on a terminal, a line tells each event, and one every five seconds', () => {
  const { show, written } = view(false)
  for (const atS of [10, 11, 12, 15]) show({ ...scene, atS })
  show({ ...scene, atS: 15.5, label: 'ap back' })

  expect(written).toHaveLength(3)
  expect(written.join('')).not.toContain('\u001B')
})

test('on a terminal the picture is drawn over the one before, below a line for each event', () => {
  const { show, written } = view(true)
  show(scene)
  show({ ...scene, atS: 13 })

  const [first = '', second = ''] = written
  expect(first).toMatch(/12 s {2}ap cut off\n/)
  expect(first).toMatch(/eu\s+200\s+50\s+20\s+100 %\s+-\s+25 %/)
  expect(first).toMatch(/ap .* 3 cut off/)
  const lines = second.split('\n').length - 1
  expect(second.startsWith(`\u001B[${lines}A`)).toBe(true)
})
