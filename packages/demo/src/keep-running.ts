import type { SidecarPorts } from './sidecar/sidecar-config.ts'
import type { Stage } from './acts/stage.ts'

const KEPT_PER_SECOND = 160
const DAY_MS = 86_400_000
const INSPECT_PORT = 7053

/** Goes on with twice the load that the service can answer until the demo is told to end, and says where to look. */
export async function keepRunning(stage: Stage, ports: SidecarPorts): Promise<void> {
  for (const line of lookingAround(ports)) stage.show.line(line)
  const steps = [{ perSecond: KEPT_PER_SECOND, durationMs: DAY_MS }]
  try {
    await stage.load.run(`127.0.0.1:${ports.inbound}`, steps, () => undefined, stage.signal)
  } catch (error) {
    if (!stage.signal.aborted) throw error
  }
}

/** Commands that show the demo's sidecar from outside, as lines. */
export function lookingAround(ports: SidecarPorts): string[] {
  const at = ports.inspect === INSPECT_PORT ? '' : ` --inspect 127.0.0.1:${ports.inspect}`
  return [
    '',
    `the demo stays up with ${KEPT_PER_SECOND} calls a second until Ctrl-C; look around in another terminal:`,
    `  npm run spillway -- top${at}`,
    `  npm run spillway -- breakers${at}`,
    `  npm run spillway -- tap${at}`,
    `  grpcurl -plaintext 127.0.0.1:${ports.inspect} spillway.v1.Inspector/ListBreakers`,
    `  curl http://127.0.0.1:${ports.web}/metrics`,
  ]
}
