import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Serving } from '../../server/domain/engine.ts'
import { planSwap, planWords } from '../../server/domain/plan-swap.ts'
import { buildFacts, buildInference, buildLauncher, buildModel, buildRecipe, buildView, GB } from '../fakes/builders.ts'

const codes = (facts: Parameters<typeof planSwap>[0]): string[] => planSwap(facts).reasons.map((reason) => reason.code)

const servingOf = (facts = buildFacts()): Serving => {
  const plan = planSwap(facts)
  return {
    engine: 'main',
    model: 'Qwen/Qwen3-8B',
    recipeId: 'shipped:Qwen/Qwen3-8B',
    plan,
    machines: ['spark1'],
    port: 8000,
    servedName: 'Qwen/Qwen3-8B',
    since: 0,
    adopted: false,
  }
}
const container = { name: 'vllm_node', image: 'vllm-node', state: 'running', status: 'Up', serving: 'vllm serve Qwen/Qwen3-8B' }
const other = {
  model: buildModel({ id: 'openai/gpt-oss-20b', name: 'gpt-oss 20B' }),
  name: 'gpt-oss 20B',
  recipe: buildRecipe({ id: 'shipped:openai/gpt-oss-20b', model: 'openai/gpt-oss-20b' }),
}

describe('a plan', () => {
  test('starts one Spark with explicit --solo, --name, -t and -tp, one word an argument', () => {
    const plan = planSwap(buildFacts())
    expect(plan.verdict).toBe('ready')
    expect(plan.starts?.argv).toEqual([
      '/home/alice/spark-vllm-docker/launch-cluster.sh',
      '--solo',
      '--name',
      'vllm_node',
      '-t',
      'vllm-node',
      '-e',
      'HF_HUB_OFFLINE=1',
      '-d',
      'exec',
      'vllm',
      'serve',
      'Qwen/Qwen3-8B',
      '--host',
      '0.0.0.0',
      '--port',
      '8000',
      '-tp',
      '1',
      '--gpu-memory-utilization',
      '0.8',
    ])
    expect(plan.starts?.stopArgv).toEqual(['/home/alice/spark-vllm-docker/launch-cluster.sh', '--solo', '--name', 'vllm_node', 'stop'])
    expect(plan.starts?.env).toEqual({ HF_HOME: '/home/alice/.cache/huggingface' })
  })

  test('starts two Sparks by their fabric addresses, head first, and stops them with the same flags', () => {
    const copies = ['spark1', 'spark2'].map((machine) => ({
      machine,
      state: 'complete' as const,
      bytes: 134 * GB,
      revision: 'r1',
      path: '/x',
    }))
    const model = buildModel({ copies, sizeBytes: 134 * GB, inference: buildInference({ weightsBytes: 134 * GB }) })
    const machines = [
      buildView({ fabricAddress: '198.51.100.1' }),
      buildView({ id: 'spark2', name: 'spark-2', address: '192.0.2.12', fabricAddress: '198.51.100.2' }),
    ]
    const plan = planSwap(buildFacts({ target: { model, name: 'x', recipe: buildRecipe({ nodes: 2 }) }, machines }))
    expect(plan.verdict).toBe('ready')
    expect(plan.starts?.argv.slice(1, 5)).toEqual(['-n', '198.51.100.1,198.51.100.2', '--no-ray', '--name'])
    expect(plan.starts?.argv).toContain('-tp')
    expect(plan.starts?.stopArgv).toEqual([
      '/home/alice/spark-vllm-docker/launch-cluster.sh',
      '-n',
      '198.51.100.1,198.51.100.2',
      '--no-ray',
      '--name',
      'vllm_node',
      'stop',
    ])
  })

  test('keeps a JSON flag in one word, byte for byte', () => {
    const recipe = buildRecipe({
      flags: [{ name: 'mm-processor-kwargs', value: '{"max_pixels": 2000000}', reason: 'photos', source: 'owner' }],
    })
    expect(planSwap(buildFacts({ target: { model: buildModel(), name: 'x', recipe } })).starts?.argv.at(-1)).toBe(
      '--mm-processor-kwargs={"max_pixels": 2000000}',
    )
  })

  test('stops what serves, and promises the way back only with a known plan and its memory', () => {
    const serving = servingOf()
    const machines = [
      buildView(
        {},
        {
          containers: [container],
          memory: { totalBytes: 130 * GB, availableBytes: 18 * GB, freeBytes: 4 * GB, cachedBytes: 9 * GB, pressure: 0 },
        },
      ),
    ]
    const plan = planSwap(buildFacts({ target: other, machines, serving, servingName: 'Qwen3 8B' }))
    expect(plan.verdict).toBe('ready')
    expect(plan.stops.map((stop) => stop.model)).toEqual(['Qwen/Qwen3-8B'])
    expect(plan.wayBack).toEqual({ kind: 'previous', model: 'Qwen/Qwen3-8B' })
    expect(planSwap(buildFacts({ target: other, machines, serving: { ...serving, plan: null, adopted: true } })).wayBack.kind).toBe('none')
    expect(planSwap(buildFacts({ target: other, machines, serving, restorePrevious: false })).wayBack.kind).toBe('none')
  })

  test('clears a leftover container of our name before it starts', () => {
    const plan = planSwap(buildFacts({ machines: [buildView({}, { containers: [{ ...container, serving: null }] })] }))
    expect(plan.stops).toHaveLength(1)
    expect(plan.stops[0]?.model).toBeNull()
  })

  test('never stops a container of another name', () => {
    const plan = planSwap(buildFacts({ machines: [buildView({}, { containers: [{ ...container, name: 'sparkrun_ab12_solo' }] })] }))
    expect(plan.stops).toEqual([])
  })

  test('stops an adopted engine in the container it was seen in, by the flags of the launcher, and promises no way back', () => {
    const command = 'vllm serve Qwen/Qwen3-8B --port 8000'
    const machines = [buildView({}, { containers: [{ ...container, name: 'by_hand', serving: command }] })]
    const serving = { ...servingOf(), plan: null, adopted: true, containerName: 'by_hand' }
    const plan = planSwap(buildFacts({ target: other, machines, serving, servingName: 'Qwen3 8B', containerName: 'vllm_node' }))
    expect(plan.stops.map((stop) => [stop.containerName, stop.stopArgv.slice(1)])).toEqual([
      ['by_hand', ['--solo', '--name', 'by_hand', 'stop']],
    ])
    expect(plan.wayBack).toEqual({ kind: 'none', why: 'Qwen3 8B was started by hand, so how to start it again is not known.' })
  })

  test('stops what serves under the name it was started with, and a leftover of the new name beside it', () => {
    const both = [container, { ...container, name: 'renamed', serving: null }]
    const machines = [buildView({}, { containers: both })]
    const plan = planSwap(buildFacts({ target: other, machines, serving: servingOf(), containerName: 'renamed' }))
    expect(plan.stops.map((stop) => stop.containerName)).toEqual(['vllm_node', 'renamed'])
    expect(plan.starts?.containerName).toBe('renamed')
  })

  test('is blocked when something else serves on the port, and not by what it stops itself', () => {
    const foreign = { ...container, name: 'comfy', serving: 'vllm serve Qwen/Qwen3-8B --port 8000' }
    const plan = planSwap(buildFacts({ machines: [buildView({}, { containers: [foreign] })] }))
    expect(plan.reasons.map((reason) => reason.code)).toEqual(['port_taken'])
    expect(plan.reasons[0]?.sentence).toContain('comfy already serves on port 8000 of spark-1')
    const elsewhere = { ...foreign, serving: 'vllm serve Qwen/Qwen3-8B --port 9001' }
    expect(codes(buildFacts({ machines: [buildView({}, { containers: [elsewhere] })] }))).toEqual([])
    expect(codes(buildFacts({ target: other, machines: [buildView({}, { containers: [container] })], serving: servingOf() }))).toEqual([])
  })

  test('is blocked where less is free than vLLM would take by its fraction, before anything is stopped', () => {
    const crowded = { totalBytes: 130 * GB, availableBytes: 60 * GB, freeBytes: 50 * GB, cachedBytes: 5 * GB, pressure: 0 }
    const plan = planSwap(buildFacts({ machines: [buildView({}, { memory: crowded })] }))
    expect(plan.reasons.map((reason) => reason.code)).toEqual(['memory_short'])
    expect(plan.reasons[0]?.sentence).toBe('This recipe lets vLLM take 80 % of spark-1, which is 104 GB, and 60 GB will be free.')
    expect(plan.reasons[0]?.unblock).toBe(
      'No container runs on spark-1, and 70 GB are in use there. If no program of yours uses them, only a restart gives them back: sudo reboot. Or lower gpu-memory-utilization in the recipe.',
    )
    const modest = buildRecipe({ flags: [{ name: 'gpu-memory-utilization', value: 0.4, reason: 'r', source: 's' }] })
    const target = { model: buildModel(), name: 'x', recipe: modest }
    expect(codes(buildFacts({ target, machines: [buildView({}, { memory: crowded })] }))).toEqual([])
  })

  test('counts page cache that an earlier model left as free, and never more than the machine has', () => {
    const cached = { totalBytes: 130 * GB, availableBytes: 119 * GB, freeBytes: 3 * GB, cachedBytes: 115 * GB, pressure: 0 }
    expect(codes(buildFacts({ machines: [buildView({}, { memory: cached })] }))).toEqual([])
    const full = { totalBytes: 64.5 * GB, availableBytes: 3 * GB, freeBytes: 1 * GB, cachedBytes: 2 * GB, pressure: 0 }
    const machines = [buildView({}, { containers: [container], memory: full })]
    const plan = planSwap(buildFacts({ target: other, machines, serving: servingOf() }))
    expect(plan.memory[0]?.haveBytes).toBeLessThanOrEqual(64.5 * GB * 0.95)
  })

  test('divides the weights over two Sparks and says which one is short', () => {
    const copies = ['spark1', 'spark2'].map((machine) => ({
      machine,
      state: 'complete' as const,
      bytes: 134 * GB,
      revision: 'r1',
      path: '/x',
    }))
    const model = buildModel({ copies, sizeBytes: 134 * GB, inference: buildInference({ weightsBytes: 134 * GB }) })
    const small = { totalBytes: 64.5 * GB, availableBytes: 55 * GB, freeBytes: 50 * GB, cachedBytes: 5 * GB, pressure: 0 }
    const machines = [buildView(), buildView({ id: 'spark2', name: 'spark-2' }, { memory: small })]
    const plan = planSwap(buildFacts({ target: { model, name: 'x', recipe: buildRecipe({ nodes: 2 }) }, machines }))
    expect(plan.memory.map((one) => Math.round(one.needBytes / GB))).toEqual([84, 84])
    expect(plan.reasons).toHaveLength(1)
    expect(plan.reasons[0]?.sentence).toContain('spark-2 will have 55 GB free of 65 GB')
  })

  test('says that a switch to the model that runs stops it and starts it again', () => {
    const plan = planSwap(buildFacts({ machines: [buildView({}, { containers: [container] })], serving: servingOf() }))
    expect(plan.verdict).toBe('ready')
    expect(plan.warnings).toContain('Qwen3 8B is what runs now: it is stopped and started again.')
  })

  test('is blocked with numbers when it does not fit', () => {
    const model = buildModel({ sizeBytes: 134 * GB, inference: buildInference({ weightsBytes: 134 * GB }) })
    const plan = planSwap(buildFacts({ target: { model, name: 'x', recipe: buildRecipe() } }))
    expect(plan.verdict).toBe('blocked')
    expect(plan.reasons[0]?.sentence).toContain('154 GB')
  })

  test('fits the same model on 128 GB and not on 64 GB', () => {
    const model = buildModel({ sizeBytes: 60 * GB, inference: buildInference({ weightsBytes: 60 * GB }) })
    const small = { totalBytes: 64.5 * GB, availableBytes: 60 * GB, freeBytes: 50 * GB, cachedBytes: 5 * GB, pressure: 0 }
    expect(codes(buildFacts({ target: { model, name: 'x', recipe: buildRecipe() } }))).toEqual([])
    expect(
      codes(buildFacts({ target: { model, name: 'x', recipe: buildRecipe() }, machines: [buildView({}, { memory: small })] })),
    ).toEqual(['memory_short'])
  })

  test.each([
    ['the Spark does not answer', buildFacts({ machines: [buildView({}, null)] }), 'machine_unreachable'],
    ['what is known is old', buildFacts({ now: buildFacts().now + 60_000 }), 'machine_unreachable'],
    [
      'docker needs sudo',
      buildFacts({ machines: [buildView({}, { dockerProblem: 'permission', containers: null })] }),
      'docker_permission',
    ],
    ['the launcher is missing', buildFacts({ machines: [buildView({}, { launcher: null })] }), 'launcher_missing'],
    [
      'the launcher is of the first era',
      buildFacts({
        machines: [
          buildView(
            {},
            {
              launcher: buildLauncher({
                era: 'E1',
                carriesQuotes: false,
                flags: { solo: false, noRay: false, ray: false, env: false, volume: false, mod: true },
              }),
            },
          ),
        ],
      }),
      'launcher_too_old',
    ],
    [
      'the launcher loses quotes',
      buildFacts({ machines: [buildView({}, { launcher: buildLauncher({ era: 'E2', carriesQuotes: false }) })] }),
      'launcher_too_old',
    ],
    [
      'another appliance is in charge',
      buildFacts({ machines: [buildView({}, { fence: { appliance: 'them', fence: 3, swap: 'x' } })] }),
      'other_controller',
    ],
    [
      'the download is not finished',
      buildFacts({
        target: { model: buildModel({ complete: false, state: 'interrupted', copies: [] }), name: 'x', recipe: buildRecipe() },
      }),
      'model_incomplete',
    ],
    [
      'it cannot be served',
      buildFacts({
        target: {
          model: buildModel({ inference: buildInference({ servable: false, reason: 'An adapter.' }) }),
          name: 'x',
          recipe: buildRecipe(),
        },
      }),
      'not_servable',
    ],
    [
      'it gives vectors',
      buildFacts({ target: { model: buildModel({ inference: buildInference({ as: 'embedding' }) }), name: 'x', recipe: buildRecipe() } }),
      'not_for_chat',
    ],
    [
      'it is on one Spark and needs two',
      buildFacts({
        target: { model: buildModel(), name: 'x', recipe: buildRecipe({ nodes: 2 }) },
        machines: [buildView(), buildView({ id: 'spark2', name: 'spark-2' })],
      }),
      'model_not_everywhere',
    ],
    ['there is nothing to stop', buildFacts({ target: null }), 'nothing_runs'],
    [
      'an image name that docker would read as words',
      buildFacts({ target: { model: buildModel(), name: 'x', recipe: buildRecipe({ image: 'x --privileged' }) } }),
      'word_not_carried',
    ],
  ])('is blocked when %s, and says what would unblock it', (_, facts, code) => {
    const plan = planSwap(facts)
    expect(plan.verdict).toBe('blocked')
    expect(plan.reasons.map((reason) => reason.code)).toContain(code)
    for (const reason of plan.reasons) expect(reason.unblock).not.toBe('')
  })

  test.each([
    [
      2,
      ['spark1'],
      'This needs the model on 2 Sparks. It is whole on spark-1, and not on spark-2 or spark-3.',
      'one of spark-2 and spark-3',
    ],
    [3, ['spark1', 'spark2'], 'This needs the model on 3 Sparks. It is whole on spark-1 and spark-2, and not on spark-3.', 'spark-3'],
  ])('names the Sparks that have the model and those that lack it: %d needed, on %s', (nodes, on, sentence, where) => {
    const copies = on.flatMap((machine) => buildModel().copies.map((copy) => ({ ...copy, machine })))
    const views = [1, 2, 3].map((at) => buildView({ id: `spark${at}`, name: `spark-${at}` }))
    const reasonsOf = (change: Parameters<typeof buildModel>[0]) => {
      const model = buildModel({ copies, ...change })
      return planSwap(buildFacts({ target: { model, name: 'x', recipe: buildRecipe({ nodes }) }, machines: views })).reasons
    }
    expect(reasonsOf({})).toContainEqual({
      code: 'model_not_everywhere',
      sentence,
      unblock: `Download it onto ${where} as well: under Models, press "Download a model".`,
    })
    expect(reasonsOf({ id: 'local:mine' }).map(({ unblock }) => unblock)).toContain(`Copy its folder to ${where} as well.`)
  })

  test('has the same words when only free memory moves, and other words when the flags differ', () => {
    const facts = buildFacts()
    const drifted = buildFacts({
      machines: [
        buildView({}, { memory: { totalBytes: 130 * GB, availableBytes: 120 * GB, freeBytes: 90 * GB, cachedBytes: 8 * GB, pressure: 1 } }),
      ],
    })
    expect(planWords(planSwap(drifted))).toBe(planWords(planSwap(facts)))
    const longer = buildFacts({
      target: {
        model: buildModel(),
        name: 'x',
        recipe: buildRecipe({ flags: [{ name: 'max-model-len', value: 4096, reason: 'r', source: 's' }] }),
      },
    })
    expect(planWords(planSwap(longer))).not.toBe(planWords(planSwap(facts)))
  })

  test('never lets an unsafe word before exec, whatever the recipe says', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (image, value) => {
        const recipe = buildRecipe({ image, env: { NAME: value } })
        const plan = planSwap(buildFacts({ target: { model: buildModel(), name: 'x', recipe } }))
        const before = plan.starts?.argv.slice(0, plan.starts.argv.indexOf('exec')) ?? []
        return plan.verdict === 'blocked' || before.every((word) => /^[A-Za-z0-9_./:=@+,-]+$/.test(word))
      }),
    )
  })
})
