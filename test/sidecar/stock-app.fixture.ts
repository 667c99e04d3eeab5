/**
 * A real app: `node stock-app.fixture.ts <port>`. Its work takes 100 ms, reports take 1.5 s. At SIGTERM it winds up at once and
 * ends with 7.
 */
import { setTimeout } from 'node:timers/promises'
import { StockApp } from './scene.ts'

const port = Number(process.argv[2])
const app = await StockApp.start(async (method) => {
  await setTimeout(method === 'Report' ? 1_500 : 100)
  return { note: method }
}, port)
process.on('SIGTERM', () => {
  app.close()
  process.exit(7)
})
