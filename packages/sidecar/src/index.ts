export { AppWatch, DEFAULT_APP_WATCH, type AppWatchConfig } from './app-watch.ts'
export { probeApp, takesConnections, type AppCondition } from './app-probe.ts'
export {
  configFrom,
  loadConfig,
  type ConfigResult,
  type ConfigSources,
  type ContractSettings,
  type LoadedConfig,
} from './config/load-config.ts'
export type { SidecarConfig } from './config/schema.ts'
export { settingRows, settingTable, type SettingRow } from './config/setting-list.ts'
export type { DrainReport } from './drain.ts'
export { hostPort } from './host-port.ts'
export { policyValues } from './policy-values.ts'
export { createSidecar, type Sidecar, type SidecarAddresses, type SidecarParts } from './sidecar.ts'
export { StartError } from './start-error.ts'
