import { describe, expect, test } from 'vitest'
import { planSwap } from '../../server/domain/plan-swap.ts'
import { buildFacts, buildView, GB } from '../fakes/builders.ts'

describe('a plan that is short of memory', () => {
  test('names what else runs there, with what vLLM in it may take, and how much is missing', () => {
    const crowded = { totalBytes: 130 * GB, availableBytes: 10 * GB, freeBytes: 9 * GB, cachedBytes: 1 * GB, pressure: 0 }
    const running = (name: string, serving: string | null) => ({ name, image: 'x', state: 'running', status: 'Up 3 hours', serving })
    const containers = [
      running('comfy', 'vllm serve a/b --port 9001 --gpu-memory-utilization 0.4'),
      running('comfyui', null),
      { ...running('old', null), state: 'exited' },
    ]
    const plan = planSwap(buildFacts({ machines: [buildView({}, { memory: crowded, containers })] }))
    expect(plan.reasons[0]?.sentence).toMatch(
      /^spark-1 will have 10 GB free of 130 GB, and this model needs \d+ GB there: [\d.]+ GB are missing\.$/,
    )
    expect(plan.reasons[0]?.unblock).toBe('Also on spark-1: comfy (vLLM, up to 52 GB), comfyui. Stop what you can do without.')
  })

  test('says where page cache decides whether a strict vLLM starts, and is silent where it does not', () => {
    const memory = (freeGB: number) => ({
      totalBytes: 130 * GB,
      availableBytes: 119 * GB,
      freeBytes: freeGB * GB,
      cachedBytes: (119 - freeGB) * GB,
      pressure: 0,
    })
    const warnings = (freeGB: number): readonly string[] =>
      planSwap(buildFacts({ machines: [buildView({}, { memory: memory(freeGB) })] })).warnings
    expect(warnings(3)).toEqual([expect.stringContaining('116 GB of what will be free on spark-1 hold files read earlier.')])
    expect(warnings(110)).toEqual([])
  })
})
