export {
  InspectorClient,
  type InspectorClientOptions,
  type MethodsSnapshot,
  type BreakerChange,
  type TapBatch,
  type WatchOptions,
} from './inspector-client.ts'
export { InspectorError } from './inspector-error.ts'
