import { expect, test } from 'vitest'
import { systemClock, systemRandom } from '@spillway/clock'
import { SHED, TelemetryBench } from './call-ended.fixture.ts'
import { Telemetry } from './telemetry.ts'

const CALLS = 1_000
const BUDGET_MS = 0.0005

test('a call end costs less than half a microsecond', async ({ bench }) => {
  const telemetry = new Telemetry({ clock: systemClock, random: systemRandom, log: { write: () => {} } })
  const builder = new TelemetryBench()
  const forwarded = builder.ended()
  const shed = builder.ended(SHED)

  const well = await bench('a thousand calls that ended well', () => {
    for (let index = 0; index < CALLS; index++) telemetry.emit(forwarded)
  }).run()
  await bench('a thousand calls that were shed', () => {
    for (let index = 0; index < CALLS; index++) telemetry.emit(shed)
  }).run()

  expect(well.latency.min / CALLS).toBeLessThan(BUDGET_MS)
})
