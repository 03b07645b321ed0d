import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root, runTool, withFolder } from './run-tool.ts'

const config = join(root, '.dependency-cruiser.cjs')
const cruise = (
  args: readonly string[],
  cwd = root,
): { summary: { error: number; totalCruised: number; violations: { rule: { name: string } }[] } } =>
  JSON.parse(
    runTool('depcruise', ['--config', config, '--output-type', 'json', ...args], cwd)
      .text.replace(/^[^{]*/, '')
      .replace(/[^}]*$/, ''),
  )

describe('the import law', () => {
  test('sees the whole tree', () => {
    expect(cruise(['server', 'web']).summary.totalCruised).toBeGreaterThan(100)
  })

  test('turns red for each kind of illegal import (canary)', async () => {
    const files = {
      'tsconfig.json': '{"compilerOptions":{"module":"NodeNext"}}',
      'server/domain/a.ts': "import { x } from '../app/b.ts'\nexport const a = x\n",
      'server/app/b.ts': "import { y } from '../adapters/ssh/c.ts'\nexport const x = y\n",
      'server/adapters/ssh/c.ts': "import { z } from '../sqlite/d.ts'\nexport const y = z\n",
      'server/adapters/sqlite/d.ts': "import { t } from '../../../tests/e.ts'\nexport const z = t\n",
      'tests/e.ts': 'export const t = 1\n',
    }
    await withFolder(files, (dir) => {
      const broken = cruise(['server', 'tests'], dir).summary.violations.map((one) => one.rule.name)
      expect(broken).toEqual(
        expect.arrayContaining(['domain-is-pure', 'app-knows-no-adapter', 'adapter-ssh-stands-alone', 'product-imports-no-test']),
      )
    })
  })
})
