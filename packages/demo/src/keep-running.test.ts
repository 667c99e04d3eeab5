import { expect, test } from 'vitest'
import { lookingAround } from './keep-running.ts'

test('names the inspector only when it is not where commands look by themselves', () => {
  const usual = lookingAround({ app: 1, inbound: 7_051, outbound: 7_052, inspect: 7_053, web: 7_054 }).join('\n')
  const other = lookingAround({ app: 1, inbound: 2, outbound: 3, inspect: 4_567, web: 5_678 }).join('\n')

  expect(usual).toContain('npm run spillway -- breakers\n')
  expect(other).toContain('npm run spillway -- breakers --inspect 127.0.0.1:4567\n')
  expect(other).toContain('grpcurl -plaintext 127.0.0.1:4567 spillway.v1.Inspector/ListBreakers')
})
