import { SeededRandom, systemClock } from '@spillway/clock'
import { startChatServer } from '../chat/chat-server.ts'
import { FaultInjection } from '../chat/fault-injection.ts'
import { CAPACITY, SERVICE_TIME } from '../scenario.ts'
import { ServiceModel } from '../service/service-model.ts'
import { lognormalServiceTime } from '../service/service-time.ts'
import { endWithParent } from './child.ts'
import { parseServiceOrder, type ServiceReport } from './service-messages.ts'

let faults: FaultInjection | undefined

endWithParent()
process.on('message', (message) => {
  const order = parseServiceOrder(message)
  if (order?.kind === 'faults') faults?.set(order.share)
  if (order?.kind === 'start') void start(order.seed)
})

async function start(seed: number): Promise<void> {
  const serviceTime = lognormalServiceTime(SERVICE_TIME.meanMs, SERVICE_TIME.variation, new SeededRandom(seed))
  faults = new FaultInjection(new SeededRandom(seed + 1))
  const server = await startChatServer(new ServiceModel(systemClock, CAPACITY, serviceTime), faults)
  const report: ServiceReport = { kind: 'listening', port: server.port }
  process.send?.(report)
}
