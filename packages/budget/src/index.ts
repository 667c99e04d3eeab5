export { Bucket, NEVER, type BucketStart } from './bucket.ts'
export {
  defaultWatermarks,
  type BudgetClassSnapshot,
  type BudgetConfig,
  type BudgetSnapshot,
  type Watermarks,
} from './budget-config.ts'
export { BudgetGate } from './budget-gate.ts'
export { Budget } from './budget.ts'
export { Budgets } from './budgets.ts'
