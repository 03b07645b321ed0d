import { expect, test } from 'vitest'
import { type AdoptionFacts, adopt, agrees, matchModel } from '../../server/domain/adoption.ts'
import { findSites } from '../../server/domain/engine-sites.ts'
import type { Container } from '../../server/domain/machine.ts'
import { readVllmCommand, type VllmCommand } from '../../server/domain/vllm-command.ts'
import { buildLook, buildModel, buildNow, buildRecipe, buildView } from '../fakes/builders.ts'

const container = (serving: string | null, change: Partial<Container> = {}): Container => ({
  name: 'vllm_node',
  image: 'vllm-node',
  state: 'running',
  status: 'Up 3 minutes',
  serving,
  ...change,
})
const command = (text: string): VllmCommand => {
  const read = readVllmCommand(text)
  if (read === null) throw new Error(`not a command: ${text}`)
  return read
}
const second = { id: 'spark2', name: 'spark-2', address: '192.0.2.12' }

function adoption(text: string, answers: readonly string[], change: Partial<AdoptionFacts> = {}, worker: Container | null = null) {
  const views = [buildView({}, { containers: [container(text)] }), buildView(second, { containers: worker === null ? [] : [worker] })]
  const site = findSites({ views, serving: null, containerName: 'vllm_node', defaultPort: 8000 }).find((one) => one.kind === 'ours')
  if (site === undefined) return null
  const look = buildLook({ models: answers })
  const recipesOf = () => [buildRecipe()]
  return adopt({ site, look, views, models: [buildModel()], recipesOf, containerName: 'vllm_node', now: buildNow, ...change })
}

test('the model of its own command line that answers is adopted with the recipe its flags agree with', () => {
  expect(adoption('vllm serve Qwen/Qwen3-8B --port 8001 --gpu-memory-utilization 0.8', ['Qwen/Qwen3-8B'])).toEqual({
    engine: 'main',
    model: 'Qwen/Qwen3-8B',
    recipeId: 'shipped:Qwen/Qwen3-8B',
    plan: null,
    machines: ['spark1'],
    port: 8001,
    servedName: 'Qwen/Qwen3-8B',
    since: buildNow,
    adopted: true,
    containerName: 'vllm_node',
  })
})

test.each([
  ['another model answers', ['other/model'], {}],
  ['nothing answers', [], {}],
])('nothing is adopted when %s', (_title, answers, change) => {
  expect(adoption('vllm serve Qwen/Qwen3-8B', answers, change)).toBeNull()
})

test('nothing is adopted that is not healthy', () => {
  const look = buildLook({ healthy: false })
  expect(adoption('vllm serve Qwen/Qwen3-8B', [], { look })).toBeNull()
})

test('another name than the folder still finds the model', () => {
  const text = 'vllm serve /root/.cache/huggingface/hub/models--Qwen--Qwen3-8B/snapshots/r1 --served-model-name house'
  expect(adoption(text, ['house'])).toMatchObject({ model: 'Qwen/Qwen3-8B', servedName: 'house', recipeId: null })
})

test('a model on no disk is known by the name it answers to', () => {
  expect(adoption('vllm serve /data/x --served-model-name house', ['house'])?.model).toBe('house')
  expect(adoption('vllm serve nobody/else', ['nobody/else'])?.model).toBe('nobody/else')
})

test('a worker belongs to it only where its own flags say that it spans machines', () => {
  const worker = container('vllm serve Qwen/Qwen3-8B --nnodes 2 --node-rank 1 --headless')
  expect(adoption('vllm serve Qwen/Qwen3-8B --nnodes 2', ['Qwen/Qwen3-8B'], {}, worker)?.machines).toEqual(['spark1', 'spark2'])
  expect(adoption('vllm serve Qwen/Qwen3-8B', ['Qwen/Qwen3-8B'], {}, worker)?.machines).toEqual(['spark1'])
})

test('a headless worker is never taken for an engine', () => {
  expect(adoption('vllm serve Qwen/Qwen3-8B --headless', ['Qwen/Qwen3-8B'])).toBeNull()
})

test('a local model is found by its folder', () => {
  const local = buildModel({
    id: 'local:mine',
    copies: [{ machine: 'spark1', state: 'complete', bytes: 1, revision: null, path: '/models/mine' }],
  })
  expect(matchModel({ model: '/models/mine/' }, [local])?.id).toBe('local:mine')
  expect(matchModel({ model: '/mnt/mine' }, [local])?.id).toBe('local:mine')
  expect(matchModel({ model: 'mine' }, [local])).toBeNull()
})

test('flags agree in any order, and one more or another value does not', () => {
  const flags = [
    { name: 'max-model-len', value: 4096, reason: '', source: '' },
    { name: 'mm-processor-kwargs', value: '{"max_pixels":  2000000}', reason: '', source: '' },
    { name: 'enforce-eager', value: true as const, reason: '', source: '' },
  ]
  const recipe = buildRecipe({ flags })
  const line = 'vllm serve a/b --enforce-eager --port 1 --mm-processor-kwargs {"max_pixels": 2000000} --max-model-len 4096'
  expect(agrees(command(line), recipe)).toBe(true)
  expect(agrees(command(`${line} --seed 1`), recipe)).toBe(false)
  expect(agrees(command(line.replace('4096', '8192')), recipe)).toBe(false)
  expect(agrees(command(`${line} -tp 2`), recipe)).toBe(false)
})

test('sites: the stored engine first, then ours, foreign ones and the usual port, one an address and port', () => {
  const views = [
    buildView({}, { containers: [container('vllm serve a/b'), container('vllm serve c/d --port 9000', { name: 'other' })] }),
    buildView(second, { containers: [] }),
  ]
  const kinds = findSites({ views, serving: null, containerName: 'vllm_node', defaultPort: 8000 }).map((site) => `${site.kind} ${site.id}`)
  expect(kinds).toEqual(['ours at-spark1-8000', 'foreign at-spark1-9000', 'port at-spark2-8000'])
  const serving = adoption('vllm serve Qwen/Qwen3-8B', ['Qwen/Qwen3-8B'])
  const stored = findSites({ views, serving, containerName: 'vllm_node', defaultPort: 8000 }).map((site) => `${site.kind} ${site.id}`)
  expect(stored).toEqual(['main main', 'foreign at-spark1-9000', 'port at-spark2-8000'])
})
