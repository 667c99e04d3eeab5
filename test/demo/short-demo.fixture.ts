/** The demo in a few seconds: `node short-demo.fixture.ts <report path>`. */
import { runDemo } from '@spillway/demo'

process.exitCode = await runDemo({
  durations: { stepMs: 250, healthyMs: 500, faultyMs: 2_500, recoveryMs: 12_000 },
  reportPath: process.argv[2] ?? 'report.html',
})
