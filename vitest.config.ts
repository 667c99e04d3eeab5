import { defineConfig } from 'vitest/config'

/** What waits for elections and leases most of the time: several files side by side, and beside what computes. */
const WAITING = [
  'test/bus/**/*.test.ts',
  ...['asking', 'leases', 'nats-login', 'shared-terms', 'tokens'].map((name) => `test/sidecar/${name}.test.ts`),
]

/** What takes the whole machine and checks how fast it is served: never beside anything else. */
const ALONE = ['test/demo/**/*.test.ts', 'test/regions/regions.test.ts']

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'waiting',
          include: WAITING,
          benchmark: { include: [] },
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'usual',
          include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: [...WAITING, ...ALONE, '**/node_modules/**'],
          benchmark: { include: ['packages/*/src/**/*.bench.ts', 'test/**/*.bench.ts'] },
          isolate: false, // half of the time went into loading the same modules anew for each file
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          benchmark: { include: [] },
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
