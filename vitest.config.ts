import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // A shared computer may stand still for seconds under a browser and an sshd. A second try is printed; a fault fails it too.
    retry: process.env['CI'] === 'true' ? 1 : 0,
  },
})
