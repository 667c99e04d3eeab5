export { BudgetWorld, type WorldConfig } from './budgets/budget-world.ts'
