import type { Clock } from '@spillway/clock'
import type { MetricList, Sample } from './metric-list.ts'

/**
 * The process metrics that dashboards expect, read at each scrape. Not prom-client's own set: its observers of garbage
 * collection and of the event loop run all the time and add to latency.
 */
export function registerProcessMetrics(metrics: MetricList, clock: Clock): void {
  const startedSeconds = clock.wallMs() / 1_000 - process.uptime()
  metrics.addGauge({ name: 'process_resident_memory_bytes', help: 'Resident memory size in bytes.' }, () =>
    single(process.memoryUsage.rss()),
  )
  metrics.addCounter({ name: 'process_cpu_seconds_total', help: 'CPU time spent, user and system.' }, () =>
    single(cpuSeconds()),
  )
  metrics.addGauge({ name: 'process_start_time_seconds', help: 'Start of the process, Unix time.' }, () =>
    single(startedSeconds),
  )
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function single(value: number): Sample[] {
  return [{ labels: {}, value }]
}
