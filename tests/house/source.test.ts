// Rules about the text of the source that no linter here knows.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root, runTool, withFolder } from './run-tool.ts'

function filesUnder(dir: string, pattern: RegExp): string[] {
  return readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name) && !/(^|\/)vendor\//.test(name))
    .map((name) => join(dir, name))
}

/** Waiting, time, chance and the network come in through ports. */
const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bcrypto\.randomUUID\(|\bperformance\.now\(|\bsetTimeout\(|\bsetInterval\(/
const pureFolders = ['server/domain', 'server/contract', 'server/app', 'server/http', 'web/views']
const breaches = (text: string): string[] => text.split('\n').filter((line) => impure.test(line) && !/^\s*(\/\/|\*)/.test(line))

describe('the source', () => {
  test('takes time and chance from ports only', () => {
    const found = pureFolders.flatMap((dir) =>
      filesUnder(dir, /\.tsx?$/).flatMap((file) =>
        breaches(readFileSync(join(root, file), 'utf8')).map((line) => `${file}: ${line.trim()}`),
      ),
    )
    expect(found).toEqual([])
  })

  test('would be told of a clock read by the way (canary)', () => {
    expect(breaches('const now = Date.now()\nsetTimeout(f, 1)\n// Date.now() in a comment is fine')).toHaveLength(2)
  })

  test('names no banned file word', () => {
    const names = filesUnder('server', /\.tsx?$/).filter((file) =>
      /(^|\/)(utils?|helpers?|common|misc|manager|handlers?|types)\.tsx?$/.test(file),
    )
    expect(names).toEqual([])
  })

  test('keeps its lock file at what package.json asks for', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dependencies?: object; devDependencies?: object; optionalDependencies?: object }>
    }
    const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>
      devDependencies: Record<string, string>
      optionalDependencies: Record<string, string>
    }
    expect(lock.packages['']).toMatchObject({
      dependencies: own.dependencies,
      devDependencies: own.devDependencies,
      optionalDependencies: own.optionalDependencies,
    })
    for (const version of Object.values({ ...own.dependencies, ...own.devDependencies, ...own.optionalDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  })

  test('runs on Node 24, brought by the packages', () => {
    expect(process.version).toMatch(/^v24\./)
  })

  test('names no machine it was built on', () => {
    const tracked = runTool('../../node_modules/.bin/node', [
      '-e',
      "process.stdout.write(require('child_process').execSync('git ls-files').toString())",
    ]).text.split('\n')
    const text = tracked.filter((file) => /\.(ts|tsx|js|cjs|md|ya?ml|css|sh)$/.test(file) && !file.startsWith('tests/house/'))
    const named = text.filter(
      (file) =>
        /\/(?:work\/(?:main|shared)|tmp\/bash_jobs|root\/\.)/.test(readFileSync(join(root, file), 'utf8')) &&
        !/root\/\.(cache|triton|tilelang)/.test(readFileSync(join(root, file), 'utf8')),
    )
    expect(named).toEqual([])
  })
})

describe('the linters', () => {
  const inside = (name: string, text: string, tool: string, args: readonly string[]): Promise<{ code: number | null; text: string }> =>
    withFolder(
      {
        [name]: text,
        'biome.json': readFileSync(join(root, 'biome.json'), 'utf8').replace('"enabled": true', '"enabled": false'),
        '.oxlintrc.json': readFileSync(join(root, '.oxlintrc.json'), 'utf8'),
        'tsconfig.json': '{"compilerOptions":{"strict":true,"target":"ES2024","module":"NodeNext"}}',
      },
      (dir) => runTool(tool, args, dir),
    )

  test('refuse the process, the console and a default export in the product (canary)', async () => {
    const bad = "console.log(process.env['HOME'])\nexport default 1\n"
    const { code, text } = await inside('server/app/x.ts', bad, 'biome', ['lint', '.'])
    expect(code).not.toBe(0)
    for (const rule of ['noConsole', 'noProcessEnv', 'noDefaultExport']) expect(text).toContain(rule)
  })

  test('refuse a promise nobody waits for (canary)', async () => {
    const { code, text } = await inside(
      'server/app/x.ts',
      'export async function a(): Promise<void> {}\nexport function b(): void {\n  a()\n}\n',
      'oxlint',
      ['--type-aware', '.'],
    )
    expect(text).toContain('no-floating-promises')
    expect(code).not.toBe(0)
  })

  test('find a file that nothing uses (canary)', async () => {
    const files = {
      'package.json': '{"name":"x","type":"module"}',
      'server/main.ts': 'export {}\n',
      'server/orphan.ts': 'export const a = 1\n',
      'knip.json': '{"entry":["server/main.ts"],"project":["server/**/*.ts"]}',
    }
    await withFolder(files, (dir) => {
      const { code, text } = runTool('knip', [], dir)
      expect(text).toContain('server/orphan.ts')
      expect(code).not.toBe(0)
    })
  })
})
