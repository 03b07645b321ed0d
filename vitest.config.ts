import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // One more than the two cores of CI: a third of the time is waiting for an sshd or a simulated load.
    maxWorkers: 3,
  },
})
