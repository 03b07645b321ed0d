// Families and shipped recipes are data; their examples are their tests.
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRecipeFiles, readFamilies } from '../server/adapters/files/recipe-files.ts'
import type { Family, FamilyExample } from '../server/domain/family.ts'
import { inferModel } from '../server/domain/infer.ts'
import { bytesPerToken } from '../server/domain/memory.ts'
import type { FolderListing } from '../server/domain/model.ts'
import { listing } from './domain/listings.ts'

const recipes = join(import.meta.dirname, '..', 'recipes')
const read = await readFamilies(join(recipes, 'families'))

/** The folder that an example describes: its files, or one weight file and a tokenizer. */
function exampleListing(example: FamilyExample): FolderListing {
  const names = example.files ?? ['model.safetensors', 'tokenizer.json']
  // A config that names no class is Mistral's own form of one.
  const own = names.includes('params.json') && !JSON.stringify(example.config).includes('architectures')
  return listing({
    id: example.id,
    files: [...(own ? [] : ['config.json']), ...names].map((path) => ({
      path,
      sizeBytes: path.endsWith('.safetensors') ? (example.weights ?? 4) * 1e9 : 1000,
    })),
    texts: {
      [own ? 'params.json' : 'config.json']: JSON.stringify(example.config),
      ...(example.template === undefined ? {} : { 'chat_template.jinja': example.template }),
    },
  })
}

function outcome(example: FamilyExample, families: readonly Family[]): FamilyExample['expect'] & { family: string | null } {
  const found = inferModel(exampleListing(example), families)
  const flags = Object.fromEntries(found.flags.map((flag) => [flag.name, flag.value]))
  return {
    family: found.family,
    as: found.as,
    tools: found.toolCallParser,
    reasoning: found.reasoningParser,
    ...(example.expect.badges === undefined ? {} : { badges: found.capabilities }),
    ...(example.expect.flags === undefined
      ? {}
      : { flags: Object.fromEntries(Object.keys(example.expect.flags).map((name) => [name, flags[name] ?? null])) }),
    ...(example.expect.tokenBytes === undefined || found.memory.shape.cache === null
      ? {}
      : { tokenBytes: bytesPerToken(found.memory.shape.cache) }),
  }
}

describe('the shipped families', () => {
  test('are all read without a problem', () => {
    expect(read.problems).toEqual([])
    expect(read.families.length).toBeGreaterThan(40)
  })

  test('lie in a file of their own name', () => {
    for (const family of read.families) expect(family.file).toBe(`${family.id}.yaml`)
  })

  for (const family of read.families) {
    for (const example of family.examples) {
      test(`${family.title}: ${example.title} (${example.id})`, () => {
        // An embedding or reward model of a chat class may belong to either family; every other example proves its own.
        const { family: matched, ...found } = outcome(example, read.families)
        expect(found).toEqual(example.expect)
        if (example.expect.as !== 'embedding' && example.expect.as !== 'classify') expect(matched).toBe(family.id)
      })
    }
  }

  test('are told apart by their examples: a wrong parser would be noticed', () => {
    const [first] = read.families.filter((family) => family.id === 'gpt-oss')
    const example = first?.examples[0]
    if (first === undefined || example === undefined) throw new Error('gpt-oss has an example')
    const { family: _family, ...found } = outcome(example, [{ ...first, set: { ...first.set, tools: 'hermes' } }])
    expect(found).not.toEqual(example.expect)
  })

  test('give each flag a reason and never ask for more than 0.85 of the memory', () => {
    for (const family of read.families) {
      for (const example of family.examples) {
        const { flags } = inferModel(exampleListing(example), read.families)
        for (const flag of flags) expect(`${flag.name}: ${flag.reason}`).toMatch(/: \S.{10,}\.$/)
        const share = flags.find((flag) => flag.name === 'gpu-memory-utilization')
        if (example.expect.as !== null) expect(share?.value).toBeLessThanOrEqual(0.85)
      }
    }
  })
})

describe('the shipped recipes', async () => {
  const files = createRecipeFiles({ shippedDir: join(recipes, 'models'), ownerDir: join(recipes, 'nowhere') })
  const { recipes: shipped, problems } = await files.read()

  test('are all read without a problem', () => {
    expect(problems).toEqual([])
    expect(shipped.length).toBeGreaterThan(4)
  })

  test("hold the owner's daily driver, which shrinks large photos instead of answering 400", () => {
    const daily = shipped.find((recipe) => recipe.model === 'RedHatAI/Qwen3.6-35B-A3B-NVFP4')
    expect(daily).toMatchObject({
      id: 'shipped:RedHatAI/Qwen3.6-35B-A3B-NVFP4',
      title: 'Qwen3.6 35B',
      nodes: 1,
      source: 'shipped',
      confirmed: true,
    })
    const flags = Object.fromEntries(daily?.flags.map((flag) => [flag.name, flag.value]) ?? [])
    expect(flags).toMatchObject({
      'mm-processor-kwargs': '{"max_pixels": 2000000}',
      'tool-call-parser': 'qwen3_coder',
      'reasoning-parser': 'qwen3',
      'enable-auto-tool-choice': true,
    })
  })

  test('set the share of memory, never above 0.85, and give every flag a reason', () => {
    for (const recipe of shipped) {
      const share = recipe.flags.find((flag) => flag.name === 'gpu-memory-utilization')?.value
      expect(share, recipe.model).toBeLessThanOrEqual(0.85)
      for (const flag of recipe.flags) expect(flag.reason, `${recipe.model} ${flag.name}`).toMatch(/.{15,}\.$/)
    }
  })

  test('take their tool parser from a family that ships', () => {
    for (const recipe of shipped) {
      const flags = Object.fromEntries(recipe.flags.map((flag) => [flag.name, flag.value]))
      const family = read.families.find(
        (one) => `recipes/families/${one.file}` === recipe.flags.find((flag) => flag.name === 'tool-call-parser')?.source,
      )
      expect(family, recipe.model).toBeDefined()
      expect(flags['enable-auto-tool-choice']).toBe(true)
    }
  })
})
