export {
  configFrom,
  loadConfig,
  type ConfigResult,
  type ConfigSources,
  type LoadedConfig,
} from './config/load-config.ts'
export type { SidecarConfig } from './config/schema.ts'
export { settingRows, settingTable, type SettingRow } from './config/setting-list.ts'
export { StartError, type DrainReport, type Sidecar, type SidecarAddresses, type SidecarParts } from './sidecar.ts'
export type { createSidecar } from './sidecar.ts'
