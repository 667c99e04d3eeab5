import { Gates, Status } from '@spillway/call'
import type { Answer } from '@spillway/relay'

const HEALTH = '/grpc.health.v1.Health/'
const REFLECTION = '/grpc.reflection.v1'

/** Health checks and reflection: class `system`, which no gate refuses and no caller can claim. */
export function isSystemPath(path: string): boolean {
  return path.startsWith(HEALTH) || path.startsWith(REFLECTION)
}

/** While we drain, health checks are answered here: the app may still say that it serves. */
export function answersWhileDraining(path: string): boolean {
  return path === `${HEALTH}Check`
}

/** `grpc.health.v1.HealthCheckResponse { status: NOT_SERVING }`. */
export const NOT_SERVING: Answer = {
  status: Status.OK,
  message: '',
  reply: Uint8Array.of(0x08, 0x02),
  headers: [],
  trailers: [],
}

/** What calls of class `system` pass. */
export const NO_GATES = new Gates([])
