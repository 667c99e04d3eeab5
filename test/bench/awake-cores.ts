import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'

/** The kernel's quality-of-service interface for the latency of the processors (Documentation/power/pm_qos_interface.rst). */
const DEVICE = '/dev/cpu_dma_latency'

/** Who puts idle cores to sleep (Documentation/admin-guide/pm/cpuidle.rst). Where that is nobody in particular, nobody heeds the request. */
const DRIVER = '/sys/devices/system/cpu/cpuidle/current_driver'

/** Cores that are to stay awake as long as this is not disposed of. */
export interface AwakeCores extends Disposable {
  /** For the report: whether they do, or why not. */
  readonly note: string
}

/**
 * Keeps idle cores from sleeping, as cyclictest does: a core that sleeps takes microseconds to wake, one of a virtual machine
 * milliseconds, as its host has given it to somebody else meanwhile. Each call wakes two of them whatever the peer does, and
 * the differences between peers drown in it. Needs the right to write `device`, which on most systems only root has, and an idle driver,
 * which some virtual machines lack; without them nothing changes.
 */
export function keepCoresAwake(device = DEVICE, driver = DRIVER): AwakeCores {
  if (!hasIdleDriver(driver))
    return { note: 'may sleep: the kernel has no idle driver', [Symbol.dispose]: () => undefined }
  try {
    const request = openSync(device, 'r+')
    writeSync(request, Buffer.alloc(4)) // the longest wake-up that is wanted, in microseconds
    return { note: 'kept awake while latency is measured', [Symbol.dispose]: () => closeSync(request) }
  } catch {
    return { note: `may sleep: ${device} cannot be written`, [Symbol.dispose]: () => undefined }
  }
}

/** What the report says of them: whether the request that {@link keepCoresAwake} makes is taken here. */
export function sayWhetherAwake(): string {
  using awake = keepCoresAwake()
  return awake.note
}

function hasIdleDriver(driver: string): boolean {
  try {
    return readFileSync(driver, 'utf8').trim() !== 'none'
  } catch {
    return false
  }
}
