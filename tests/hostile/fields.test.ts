// Hostile values in every field: refused with a sentence, or carried byte for byte, through a real bash over a real sshd, through
// files, pages and logs. HOSTILE=10000 is the long version.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseHTML } from 'linkedom'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createRecipeFiles } from '../../server/adapters/files/recipe-files.ts'
import { openStores } from '../../server/adapters/sqlite/open.ts'
import { createConnections } from '../../server/adapters/ssh/connections.ts'
import { createRunScript } from '../../server/adapters/ssh/exec.ts'
import { quoteAll } from '../../server/adapters/ssh/quote.ts'
import { launcherFolderLines } from '../../server/adapters/ssh/scripts/launcher.ts'
import { cacheLines } from '../../server/adapters/ssh/scripts/probe.ts'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import { createLog } from '../../server/adapters/system/log.ts'
import { createSettings } from '../../server/app/settings.ts'
import { type Operation, operation } from '../../server/contract/define.ts'
import { SparkError, tellError } from '../../server/contract/errors.ts'
import { operations } from '../../server/contract/index.ts'
import { machineSample } from '../../server/contract/operations/samples.ts'
import { readInput } from '../../server/contract/reading.ts'
import type { SettingKey } from '../../server/contract/settings.ts'
import { MachinesPage } from '../../web/views/pages/machines.tsx'
import { buildRecipe } from '../fakes/builders.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { createEdge } from '../fakes/edge.ts'
import { hostileValues } from '../fakes/hostile.ts'
import { createFakeSealer } from '../fakes/sealer.ts'
import { type FakeSshd, startSshd } from '../fakes/sshd.ts'
import { stringFields } from '../fakes/string-fields.ts'
import { type Goes, table } from './table.ts'

const count = Number(process.env['HOSTILE'] ?? 400)
const seed = Number(process.env['SEED'] ?? 20_261_121)
const values = hostileValues(count, seed)
/** What a schema lets through at most: longer ones are refused there. */
const carried = values.filter((value) => !value.includes('\0') && value.isWellFormed())
const longMs = Math.max(60_000, count * 60)

const fieldsThatGo = (...to: Goes[]): string[] => Object.keys(table).filter((field) => table[field]?.some((one) => to.includes(one)))

/** The example of an operation with a value in one of its fields. */
function placed(
  field: string,
  value: string,
): { row: Operation; arrived: Parameters<typeof readInput>[1]; read: (input: unknown) => unknown } {
  const [, id = '', part = '', path = ''] = /^(\S+) (params|query|body)\.?(.*)$/.exec(field) ?? []
  const row = (operations as Readonly<Record<string, Operation>>)[id]
  if (row === undefined) throw new Error(`no operation for ${field}`)
  const example = row.examples.find((one) => one.in !== undefined) ?? row.examples[0]
  const whole = structuredClone({ params: example?.params ?? {}, query: example?.query ?? {}, body: example?.in ?? {} }) as Record<
    string,
    unknown
  >
  const steps = path
    .replaceAll('[]', '.0')
    .split('.')
    .filter((step) => step !== '')
  const walk = (from: unknown, at: readonly string[], make: boolean): { holder: Record<string, unknown>; key: string } => {
    let holder = from as Record<string, unknown>
    for (const [index, step] of at.slice(0, -1).entries()) {
      if (make) holder[step] ??= at[index + 1] === '0' ? [] : {}
      holder = holder[step] as Record<string, unknown>
    }
    return { holder, key: at.at(-1) ?? '' }
  }
  const isKey = steps.at(-1) === '<key>'
  const named = steps.map((step) => (step === '*' ? 'hostile' : step))
  if (id === 'recipes.save' && path.startsWith('flags'))
    (whole['body'] as { flags: unknown }).flags = [{ name: 'a', value: 'b', reason: 'c', source: 'd' }]
  const { holder, key } = walk(whole, [part, ...named], true)
  if (isKey) Object.defineProperty(holder, value, { value: 'x', enumerable: true, configurable: true, writable: true })
  else holder[key] = value
  return {
    row,
    arrived: whole as unknown as Parameters<typeof readInput>[1],
    read: (input) => {
      const found = walk(input, [part, ...named], false)
      return isKey ? (Object.hasOwn(found.holder, value) ? value : 'lost') : found.holder[found.key]
    },
  }
}

/** `refused` in whole sentences, or the value as it came out. */
function outcome(act: () => unknown): { refused: true } | { refused: false; value: unknown } {
  try {
    return { refused: false, value: act() }
  } catch (error) {
    if (!(error instanceof SparkError)) throw error
    const { happened, next } = tellError(error.code, error.facts)
    for (const sentence of [happened, next]) expect(sentence).toMatch(/^\S[\s\S]*[.?]$/)
    return { refused: true }
  }
}

describe('the table of fields', () => {
  it('holds every text of the contract and of the settings, and nothing else', () => {
    expect([...stringFields()].sort()).toEqual(Object.keys(table).sort())
    expect(fieldsThatGo('shell', 'path', 'url', 'yaml', 'html', 'log').length).toBeGreaterThan(50)
  })

  it('a new text would be noticed', () => {
    const fresh = operation({
      ...operations['plans.make'],
      input: { body: z.strictObject({ model: z.string(), sneaky: z.array(z.string()) }) },
    })
    expect(stringFields({ 'plans.make': fresh as Operation }).filter((field) => !(field in table))).toEqual(['plans.make body.sneaky[]'])
  })
})

describe('at the edge', () => {
  it.each(Object.keys(table).filter((field) => !field.startsWith('setting ')))(
    '%s refuses or takes each value as it is',
    (field) => {
      let refused = 0
      for (const value of values) {
        const { row, arrived, read } = placed(field, value)
        const got = outcome(() => read(readInput(row, arrived)))
        if (got.refused) refused += 1
        // Names and addresses are tidied: nothing but blanks at the ends may go.
        else expect([value, value.trim()]).toContain(got.value)
      }
      expect(refused).toBeGreaterThan(0)
    },
    longMs,
  )

  it.each(Object.keys(table).filter((field) => field.startsWith('setting ')))(
    '%s refuses or keeps each value as it is',
    (field) => {
      const stores = openStores({ path: ':memory:', ids: { next: () => 'a' }, log: { info: () => {}, warn: () => {}, error: () => {} } })
      const settings = createSettings({ store: stores.settings, clock: createFakeClock(), env: {}, sealer: createFakeSealer() })
      const key = field.replace(/^setting |\[\]$/g, '')
      const isList = field.endsWith('[]')
      let refused = 0
      for (const value of values) {
        const got = outcome(() => {
          settings.change(key, isList ? [value] : value, undefined, 'owner')
          return settings.get(key as SettingKey) as unknown
        })
        // An empty secret keeps the one before.
        settings.reset(key, 'owner')
        if (got.refused) refused += 1
        else expect([value, value.trim()]).toContain(isList ? (got.value as string[])[0] : got.value)
      }
      expect(refused).toBeGreaterThan(values.length / 2)
      stores.close()
    },
    longMs,
  )

  it(
    'in an address of the API and of a page, each is one that is not there, or another page: never a failure of ours',
    async () => {
      const { app } = createEdge()
      for (const value of values.slice(0, 2000)) {
        const word = encodeURIComponent(value.toWellFormed()).slice(0, 6000)
        for (const path of [
          `/api/models/${word}`,
          `/api/machines/${word}`,
          `/api/swap/${word}`,
          `/api/settings/${word}`,
          `/api/swap?limit=${word}`,
        ]) {
          const { status } = await app.request(path)
          expect([path, status < 500]).toEqual([path, true])
        }
      }
    },
    longMs,
  )
})

describe('through a real bash over a real sshd', () => {
  let node: FakeSshd
  let connections: ReturnType<typeof createConnections>
  beforeAll(async () => {
    node = await startSshd()
    connections = createConnections({ privateKey: () => node.privateKey })
  })
  afterAll(async () => {
    connections.close()
    await node.stop()
  })

  /** So many values that a script stays under a few hundred kilobytes. */
  function batches<Value>(all: readonly Value[], sizeOf: (value: Value) => number, most = 400_000): Value[][] {
    const made: Value[][] = [[]]
    let size = 0
    for (const value of all) {
      if (size + sizeOf(value) > most) {
        made.push([])
        size = 0
      }
      made.at(-1)?.push(value)
      size += sizeOf(value)
    }
    return made
  }
  const bytes = (text: string): number => Buffer.byteLength(text) * 2 + 200
  const echoed = async (lines: (value: string) => string, given: readonly string[]): Promise<string[]> => {
    const run = createRunScript(connections)
    const came: string[] = []
    for (const batch of batches(given, bytes)) {
      const answer = await run(node.machine, `section words\n${batch.map(lines).join('\n')}`, { timeoutMs: 60_000 })
      came.push(...answer.text('words').split('\0').slice(0, -1))
    }
    return came
  }
  const harm = (): string[] => readdirSync(node.home, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('pwned'))

  it(
    'every word comes back byte for byte',
    async () => {
      const words = carried.filter((value) => value.length <= 10_000)
      expect(words.length).toBeGreaterThan(count / 2)
      expect(await echoed((value) => `printf '%s\\0' ${quoteAll([value])}`, words)).toEqual(words)
      expect(harm()).toEqual([])
    },
    longMs,
  )

  it(
    'folders of a machine are looked for by exactly their name',
    async () => {
      for (const part of ['launcherPath', 'cachePath', 'modelFolders[]']) {
        const field = `machines.edit body.${part}`
        const paths = carried.flatMap((value) => {
          const { row, arrived, read } = placed(field, value)
          const got = outcome(() => read(readInput(row, arrived)))
          return got.refused ? [] : [got.value as string]
        })
        expect(paths.length).toBeGreaterThan(0)
        const launcher = (path: string): string => `${launcherFolderLines(path)}printf '%s\\0' "$folder"`
        const cache = (path: string): string => `${cacheLines({ ...node.machine, cachePath: path })}\nprintf '%s\\0' "$cache"`
        expect(await echoed(part === 'launcherPath' ? launcher : cache, paths)).toEqual(paths)
      }
      expect(harm()).toEqual([])
    },
    longMs,
  )

  it(
    'words and variables of a job reach the program byte for byte, through its files and its wrapper',
    async () => {
      const sparks = createSparks({ privateKey: () => node.privateKey, log: { info: () => {}, warn: () => {}, error: () => {} } })
      node.tool(
        'show-words',
        'printf "%s\\0" "$@" >"$HOME/words"; n=0; while v=HOSTILE_$n; [ -n "$\x7b!v+x}" ]; do printf "%s\\0" "$\x7b!v}"; n=$((n + 1)); done >"$HOME/variables"',
      )
      const words = carried.filter((value) => value.length <= 2000)
      for (const [at, batch] of batches(words, bytes, 250_000).entries()) {
        const env = Object.fromEntries(batch.map((value, index) => [`HOSTILE_${index}`, value]))
        const key = { swap: `hostile${at}`, step: 'start' }
        await sparks.startJob(node.machine, {
          ...key,
          appliance: 'abc',
          fence: at + 1,
          argv: ['show-words', ...batch],
          cwd: node.home,
          env,
        })
        await expect.poll(async () => (await sparks.readJob(node.machine, key, 0)).state, { timeout: 30_000 }).toBe('ended')
        expect(node.read('words').split('\0').slice(0, -1)).toEqual(batch)
        expect(node.read('variables').split('\0').slice(0, -1)).toEqual(batch)
      }
      sparks.close()
      expect(harm()).toEqual([])
    },
    longMs,
  )
})

describe('in a file, on a page, in the log', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hostile-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it(
    'recipes hold every text as it was typed',
    async () => {
      const kept = carried.filter((value) => value.length > 0 && value.length <= 2000)
      for (let at = 0; at < kept.length; at += 200) {
        const own = kept.slice(at, at + 200)
        const dir = join(folder, String(at))
        const files = createRecipeFiles({ shippedDir: folder, ownerDir: dir })
        const env = Object.fromEntries(own.map((value, index) => [`V${index}`, value]))
        const recipe = buildRecipe({ source: 'owner', title: (own[0] ?? 'a').slice(0, 200), description: own[1] ?? null, env })
        await files.write(recipe)
        const { recipes, problems } = await files.read()
        expect(problems).toEqual([])
        expect(recipes[0]).toMatchObject({ title: recipe.title, description: recipe.description, env })
      }
    },
    longMs,
  )

  it(
    'pages show every text as a text',
    async () => {
      for (let at = 0; at < carried.length; at += 100) {
        const names = carried.slice(at, at + 100)
        const machines = names.map((name, index) => ({ ...machineSample, id: `m${index}`, name, gpuName: name }))
        const { document } = parseHTML(
          `<!doctype html><html><body>${MachinesPage({ machines, agreements: [], now: 0 }).toString()}</body></html>`,
        )
        const shown = [...document.querySelectorAll('section.card h2 a')].map((link) => link.textContent)
        const labels = [...document.querySelectorAll('section.card')].map((card) => card.getAttribute('aria-label'))
        const plain = (text: string | null): string => (text ?? '').replaceAll('\r\n', '\n').replaceAll('\r', '\n')
        expect(shown.map(plain)).toEqual(names.map(plain))
        expect(labels.map(plain)).toEqual(names.map(plain))
        expect(document.querySelectorAll('script, img, iframe, [onerror], [onmouseover]')).toHaveLength(0)
      }
    },
    longMs,
  )

  it('the log is one line of JSON a message, with nothing that steers a terminal', () => {
    let line = ''
    const log = createLog({ level: 'info', destination: { write: (text: string) => (line = text) } })
    for (const value of values) {
      log.info(value, { value, nested: { [`k${value}`]: value } })
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u)
      expect(line.endsWith('\n')).toBe(true)
      expect((JSON.parse(line) as { value: string }).value.toWellFormed()).toBe(value.toWellFormed())
    }
  })
})
