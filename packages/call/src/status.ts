/** gRPC status codes (gRPC core, doc/statuscodes.md). */
export const Status = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const

/** One of the seventeen codes. */
export type Status = (typeof Status)[keyof typeof Status]

const NAMES = Object.keys(Status)
/** By the code in one digit or two. */
const CODE_OF: ReadonlyMap<string, Status> = new Map(
  Object.values(Status).flatMap((code) => [
    [String(code), code],
    [String(code).padStart(2, '0'), code],
  ]),
)

/** The name of a code (`UNAVAILABLE`); `UNKNOWN` for a number that is none. */
export function statusName(code: number): string {
  return NAMES[code] ?? 'UNKNOWN'
}

/** The code of a `grpc-status` value. Anything but a known code in decimal is UNKNOWN, as gRPC clients read it. */
export function parseStatus(text: string | undefined): Status {
  return text === undefined ? Status.UNKNOWN : (CODE_OF.get(text) ?? Status.UNKNOWN)
}
