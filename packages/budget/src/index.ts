export {
  defaultWatermarks,
  type BudgetClassSnapshot,
  type BudgetConfig,
  type BudgetSnapshot,
  type Watermarks,
} from './budget-config.ts'
export { Bucket } from './bucket.ts'
export { BudgetGate } from './budget-gate.ts'
export { Budgets } from './budgets.ts'
