export { type DemoDurations, type DemoOptions } from './demo-options.ts'
export { runDemo } from './run-demo.ts'
