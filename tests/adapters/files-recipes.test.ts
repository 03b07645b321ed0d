import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRecipeFiles, readFamilies, recipeFileName } from '../../server/adapters/files/recipe-files.ts'
import { parseYaml } from '../../server/adapters/files/yaml-file.ts'
import { RecipeFile } from '../../server/contract/recipe-file.ts'
import type { Recipe } from '../../server/domain/recipe.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spark-recipes-'))
  await mkdir(join(dir, 'shipped'))
})
afterEach(async () => rm(dir, { recursive: true, force: true }))

const open = () => createRecipeFiles({ shippedDir: join(dir, 'shipped'), ownerDir: join(dir, 'own') })
const put = async (place: string, text: string) => {
  await mkdir(join(dir, place, '..'), { recursive: true })
  await writeFile(join(dir, place), text)
}

const recipe: Recipe = {
  id: 'owner:example/model-8B',
  source: 'owner',
  model: 'example/model-8B',
  title: 'Mine',
  description: null,
  image: null,
  port: null,
  nodes: 1,
  flags: [{ name: 'max-model-len', value: 8192, reason: 'Because.', source: 'me' }],
  env: {},
  confirmed: true,
  file: null,
}

describe('recipe files', () => {
  test('are read from both folders, the owner first, and the rest keeps working beside a broken one', async () => {
    await put('shipped/a.yaml', 'model: a/b\nflags:\n  - name: max-model-len\n    value: 4096\n    reason: Short.\n')
    await put('shipped/broken.yaml', 'model: a/c\nnodes: }\n')
    await put('own/a.yml', 'model: a/b\ntitle: My own\nenv: { VLLM_X: 1, HF_Y: true }\n')
    await put('own/notes.txt', 'not a recipe')
    const { recipes, problems } = await open().read()
    expect(recipes.map((one) => [one.id, one.title, one.file])).toEqual([
      ['owner:a/b', 'My own', 'a.yml'],
      ['shipped:a/b', 'b', 'a.yaml'],
    ])
    expect(recipes[0]?.env).toEqual({ VLLM_X: '1', HF_Y: 'true' })
    expect(recipes[1]?.flags).toEqual([{ name: 'max-model-len', value: 4096, reason: 'Short.', source: 'a.yaml' }])
    expect(problems[0]).toMatchObject({ file: 'broken.yaml', line: 2 })
  })

  test.each([
    ['an unknown key', 'model: a/b\nnode: 2\n', 2, 'Unknown key: node.'],
    [
      'an unknown key of a flag',
      'model: a/b\nflags:\n  - name: seed\n    value: 1\n    reason: Fixed.\n    why: no\n',
      6,
      'Unknown key in flags.0: why.',
    ],
    ['a flag with dashes', 'model: a/b\nflags:\n  - name: --seed\n    reason: Fixed.\n', 3, 'without leading dashes'],
    ['a flag without a reason', 'model: a/b\nflags:\n  - name: seed\n    value: 1\n', 3, 'flags.0.reason'],
    [
      'a flag named twice',
      'model: a/b\nflags:\n  - { name: seed, value: 1, reason: One. }\n  - { name: seed, value: 2, reason: Two. }\n',
      3,
      'names a flag twice',
    ],
    ['an image that the launcher would split', 'model: a/b\nimage: "vllm node; rm -rf /"\n', 2, 'would not carry'],
    ['an image that reads as a flag', 'model: a/b\nimage: --privileged\n', 2, 'would not carry'],
    ['a model that reads as a flag', 'model: --help\n', 1, 'hyphen'],
    ['a key given twice', 'model: a/b\nnodes: 1\nnodes: 2\n', 3, 'the same key'],
    ['no model', 'title: x\n', 1, 'model'],
    ['a list', '- a\n- b\n', 1, 'expected object'],
    ['a reference', 'model: &m a/b\ntitle: *m\n', 2, 'References'],
    ['a flag switched off', 'model: a/b\nflags:\n  - { name: seed, value: false, reason: Off. }\n', 3, 'true for a bare flag'],
  ])('tell %s with its line', async (_title, text, line, words) => {
    await put('own/x.yaml', text)
    const { recipes, problems } = await open().read()
    expect(recipes).toEqual([])
    expect(problems[0]).toMatchObject({ file: 'x.yaml', line })
    expect(problems[0]?.sentence).toContain(words)
  })

  test('tell of what is not a readable text file, and wait for none', async () => {
    await mkdir(join(dir, 'own', 'folder.yaml'), { recursive: true })
    await writeFile(join(dir, 'own', 'binary.yaml'), Buffer.from([0xff, 0xfe, 0x00]))
    await writeFile(join(dir, 'own', 'huge.yaml'), 'x'.repeat(300 * 1024))
    await symlink('/nowhere', join(dir, 'own', 'gone.yaml'))
    await symlink('/dev/zero', join(dir, 'own', 'zero.yaml'))
    await writeFile(join(dir, 'own', 'deep.yaml'), '['.repeat(100_000))
    const { recipes, problems } = await open().read()
    expect(recipes).toEqual([])
    expect(new Set(problems.map((problem) => problem.file))).toEqual(
      new Set(['binary.yaml', 'deep.yaml', 'folder.yaml', 'gone.yaml', 'huge.yaml', 'zero.yaml']),
    )
  })

  test('of one id: the first is used and the second told of', async () => {
    await put('own/a.yaml', 'model: a/b\n')
    await put('own/b.yaml', 'model: a/b\ntitle: Second\n')
    const { recipes, problems } = await open().read()
    expect(recipes).toHaveLength(1)
    expect(problems[0]?.sentence).toContain('a.yaml already holds')
  })

  test('a missing folder is no trouble', async () => {
    expect(await createRecipeFiles({ shippedDir: join(dir, 'no'), ownerDir: join(dir, 'neither') }).read()).toEqual({
      recipes: [],
      problems: [],
      texts: new Map(),
    })
  })
})

describe('saving a recipe', () => {
  test('writes a file that reads back as the same recipe', async () => {
    const file = await open().write(recipe)
    expect(file).toBe('example-model-8b.yaml')
    expect((await open().read()).recipes).toEqual([{ ...recipe, file }])
    expect(await open().write({ ...recipe, title: 'Changed' })).toBe(file)
    expect((await open().read()).recipes.map((one) => one.title)).toEqual(['Changed'])
    expect(await readdir(join(dir, 'own'))).toEqual([file])
  })

  test('carries any text of a flag byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => !text.includes('\0')),
        async (value) => {
          await open().write({ ...recipe, flags: [{ name: 'chat-template', value, reason: 'Mine.', source: 'me' }] })
          expect((await open().read()).recipes[0]?.flags[0]?.value).toBe(value)
        },
      ),
      { numRuns: 60 },
    )
    for (const value of ['true', '1e3', '~', '"; $(id)', 'a\nb\r\n\tc ', "it's", '#x', '- a', '\u2028', 'é😀', ' ']) {
      await open().write({ ...recipe, flags: [{ name: 'chat-template', value, reason: 'Mine.', source: 'me' }] })
      expect((await open().read()).recipes[0]?.flags[0]?.value).toBe(value)
    }
  })

  test.each([
    ['a line of blanks', ' \n'],
    ['a blank between a backslash and a line break', '\n"\n""\n\\\\\\ \n\n\\"\n \n\\\n\n'],
  ])('%s is not lost', async (_, value) => {
    const files = open()
    await files.write({ ...recipe, env: { A: value } })
    expect((await files.read()).recipes[0]?.env).toEqual({ A: value })
  })

  test('refuses what could not be read back', async () => {
    await expect(open().write({ ...recipe, image: 'a b' })).rejects.toMatchObject({ code: 'recipe_invalid' })
    await expect(open().write({ ...recipe, flags: [{ name: 'Bad Name', value: 1, reason: 'x', source: 'y' }] })).rejects.toMatchObject({
      code: 'recipe_invalid',
    })
    expect(await readdir(dir)).toEqual(['shipped'])
  })

  test('gives up in words where no name can be looked at', async () => {
    const deep = join(dir, ...Array.from({ length: 20 }, () => 'd'.repeat(200)))
    const files = createRecipeFiles({ shippedDir: join(dir, 'shipped'), ownerDir: deep })
    const long = { ...recipe, id: 'owner:x', model: `a/${'m'.repeat(250)}` }
    await expect(files.write(long)).rejects.toMatchObject({ code: 'recipe_invalid' })
  })

  test('never leaves its folder, and never takes the file of another recipe', async () => {
    expect(recipeFileName('../../etc/passwd')).toBe('etc-passwd.yaml')
    expect(recipeFileName('..')).toBe('recipe.yaml')
    await put('own/example-model-8b.yaml', 'model: something/else\n')
    expect(await open().write(recipe)).toBe('example-model-8b-2.yaml')
    expect((await open().read()).recipes.map((one) => one.model).sort()).toEqual(['example/model-8B', 'something/else'])
  })
})

describe('family files', () => {
  test('need an example, and know no other keys', async () => {
    await put('families/a.yaml', 'id: a\ntitle: A\nmatch: { types: [a] }\nexamples: []\n')
    await put(
      'families/b.yaml',
      'id: b\ntitle: B\nmatch: { types: [b] }\ncolour: red\nexamples:\n  - { title: x, id: a/b, config: {}, expect: { as: chat, tools: null, reasoning: null } }\n',
    )
    const { families, problems } = await readFamilies(join(dir, 'families'))
    expect(families).toEqual([])
    expect(problems).toEqual([
      { file: 'a.yaml', line: 4, sentence: 'examples: needs at least one example, which is its test.' },
      { file: 'b.yaml', line: 4, sentence: 'Unknown key: colour.' },
    ])
  })
})

test('reading YAML never throws, whatever the text', () => {
  const pieces = fc.array(
    fc.constantFrom('model: a', '\n', '  ', '- ', '{', '}', '[', '"', '*a', '&a ', '!!js ', '? ', '|', '>', '%', '\t', '__proto__: 1'),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        pieces.map((parts) => parts.join('')),
      ),
      (text) => {
        const reading = parseYaml('x.yaml', text, RecipeFile)
        expect(reading.ok || reading.problems.length > 0).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})
