import { defaultAdmissionConfig, type AdmissionConfig } from '@spillway/admission'
import { DEFAULT_BREAKER_SETTINGS, type BreakerSettings } from '@spillway/breaker'
import type { ClassifierOptions } from '@spillway/classifier'
import type { BreakerPolicy } from '@spillway/contract'
import type { SidecarConfig } from './config/schema.ts'

/** The bounds of the queue as configured; what has no setting keeps its default. */
export function admissionConfig({ admission }: SidecarConfig): AdmissionConfig {
  return {
    ...defaultAdmissionConfig,
    maxQueuedCalls: admission.maxQueuedCalls,
    maxQueuedBytes: admission.maxQueuedBytes,
    maxWaitMs: { system: defaultAdmissionConfig.maxWaitMs.system, ...admission.maxWait },
    criticalReserve: { share: admission.criticalReserve, lentAfterMs: admission.reserveLentAfter },
    pushbackMs: admission.pushback,
  }
}

/** The settings of one method's breaker: what its policy says, defaults for the rest. */
export function breakerSettings(policy: BreakerPolicy): BreakerSettings {
  const { errorPercent, minCalls, windowMs, openMs, maxOpenMs, probes } = policy
  return {
    ...DEFAULT_BREAKER_SETTINGS,
    errorPercent,
    minCalls,
    windowMs,
    openMs,
    maxOpenMs,
    probes,
    closeAfter: probes,
  }
}

/** Who may set classes, and how often the top one. */
export function trustOptions({ trust }: SidecarConfig): Pick<ClassifierOptions, 'trust' | 'topShare'> {
  const { share, allowance, window, maxPeers } = trust.topShare
  return {
    trust: {
      appMaximum: trust.serviceMaximum,
      identities: new Map(Object.entries(trust.allow)),
      isStrict: trust.strict,
    },
    topShare: { share, allowance, windowMs: window, maxPeers },
  }
}
