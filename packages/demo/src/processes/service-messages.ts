import { messageKind } from './message-kind.ts'

/** What the demo tells the service's process. */
export type ServiceOrder =
  | { readonly kind: 'start'; readonly seed: number }
  | { readonly kind: 'faults'; readonly share: number }

/** What the service's process tells the demo. */
export interface ServiceReport {
  readonly kind: 'listening'
  readonly port: number
}

/** Undefined for anything else. */
export function parseServiceOrder(message: unknown): ServiceOrder | undefined {
  const kind = messageKind(message)
  return kind === 'start' || kind === 'faults' ? (message as ServiceOrder) : undefined
}

/** Undefined for anything else. */
export function parseServiceReport(message: unknown): ServiceReport | undefined {
  return messageKind(message) === 'listening' ? (message as ServiceReport) : undefined
}
