/** The kinds of tests, as projects: `npx vitest --project unit`. */
import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: 60_000, environment: 'node' as const },
})

export default defineConfig({
  test: {
    reporters: ['default', './test/support/summary-reporter.ts'],
    coverage: { provider: 'v8' as const, include: ['src/**/*.ts'], reporter: ['text-summary', 'json-summary'] },
    projects: [
      project(
        'unit',
        ['src/**/*.test.ts', 'lib/**/*.test.ts', 'bin/**/*.test.ts', 'test/architecture.test.ts'],
        15_000,
      ),
      project('golden', ['test/golden/**/*.test.ts'], 30_000),
      project('contract', ['test/contract/**/*.test.ts'], 60_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 30_000),
      project('runtime', ['test/runtime/**/*.test.ts'], 120_000),
      project('infra', ['test/infra/**/*.test.ts'], 60_000),
      project('emulator', ['test/emulator/**/*.test.ts'], 600_000),
      project('live', ['test/live/**/*.test.ts'], 120_000),
    ],
  },
})
