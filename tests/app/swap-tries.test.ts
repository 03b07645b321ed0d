// Several tries, each honest: an ordinary stop that hangs, a removal by force as the owner's act, ranks without a head.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RemovalAsk } from '../../server/app/use-cases.ts'
import type { SwapView } from '../../server/contract/operations/shapes.ts'
import { type Life, other, owner, small, startLife } from '../fakes/appliance.ts'
import { demoNodes } from '../sim/core/demo-world.ts'

let life: Life
beforeEach(async () => {
  life = await startLife()
})
afterEach(() => life.close())

const wide = 'nvidia/Qwen3-235B-A22B-NVFP4'
const answers = (): string[] => life.world.serving().map((one) => one.model)
const containers = (node: string): string[] => life.world.look(node).containers.map((one) => one.name)
const set = (key: string, value: unknown): void => void life.graph.settings.change(key, value, undefined, 'owner')
const sentences = (): string[] => life.graph.events.recent(50).map((event) => event.sentence)
const idOf = (name: string): string => life.graph.machines.list().find((one) => one.name === name)?.id ?? ''

async function serve(model: string): Promise<void> {
  expect((await life.outcome(await life.ask(model))).state).toBe('succeeded')
}

async function remove(ask: Partial<RemovalAsk> = {}): Promise<SwapView> {
  const asked = life.graph.swaps.remove({ requestedBy: owner, ...ask })
  let settled = false
  const mark = (): void => {
    settled = true
  }
  asked.then(mark, mark)
  await life.clock.until(() => settled, 60_000)
  return life.outcome((await asked).id)
}

describe('F28: a stop that hangs', () => {
  test('is told with what still answers, and force is used only when the owner says so', async () => {
    await serve(small)
    life.world.setFault({ name: 'F28', node: 'spark-1' })
    const swap = await life.outcome(await life.ask(other))
    expect(swap).toMatchObject({ state: 'failed', restored: null, error: { code: 'room_not_made', machine: 'spark-1' } })
    expect(swap.error?.now).toBe('Qwen3 8B is still answering.')
    expect(swap.error?.act).toMatchObject({
      kind: 'remove_by_force',
      method: 'post',
      page: '/engines/main/removal',
      operation: 'engines.remove',
    })
    expect(swap.error?.act?.consequence).toContain('vllm_node')
    expect(answers()).toEqual([small])
    expect(life.calls('docker', 'rm')).toBe(0)

    const removal = await remove()
    expect(removal).toMatchObject({ state: 'succeeded', removes: 'vllm_node on spark-1', previousModel: small })
    expect(life.calls('docker', 'rm', '-f')).toBe(1)
    expect(containers('spark-1')).toEqual([])
    expect(life.graph.status.engine().state).toBe('stopped')
    expect(sentences()).toEqual(
      expect.arrayContaining(['You asked to remove vllm_node on spark-1 by force.', 'vllm_node on spark-1 was removed by force.']),
    )
    await serve(other)
  })

  test('that never ends is given up after three minutes, and the page says meanwhile that it is slow', async () => {
    await serve(small)
    life.world.setFault({ name: 'F28', node: 'spark-1', forMs: 100 * 3_600_000 })
    const said = new Set<string>()
    life.graph.events.subscribe((event) => {
      if (event.type === 'swap_progressed') said.add(String(event.payload['sentence']))
    })
    const swap = await life.outcome(await life.ask(other))
    expect(swap).toMatchObject({ state: 'failed', error: { code: 'room_not_made' } })
    expect(life.graph.swaps.log(swap.id, 0, 2000).map((line) => line.text)).toContain('(docker did not end within 3 min and was given up.)')
    expect([...said].some((one) => /^vllm_node is slow to stop: [\dmins ]+ so far\. It gets 3 min\.$/.test(one))).toBe(true)
  })
})

describe('a removal by force', () => {
  test('takes the lock and the fence like any change, and never touches what is not ours', async () => {
    life.world.startForeign('spark-1', { name: 'comfy', image: 'comfy', command: ['sleep', 'infinity'] })
    await serve(small)
    life.graph.lock.take({ holder: 'recap', reason: 'nightly', ttlSeconds: 3600 })
    await expect(life.graph.swaps.remove({ requestedBy: owner })).rejects.toMatchObject({ code: 'swap_locked' })
    expect(answers()).toEqual([small])
    const before = life.stores.swaps.highestFence()
    expect((await remove({ breakLock: true })).state).toBe('succeeded')
    expect(life.stores.swaps.highestFence()).toBeGreaterThan(before)
    expect(life.sparks.desk.fence('spark-1')?.fence).toBe(life.stores.swaps.highestFence())
    expect(containers('spark-1')).toEqual(['comfy'])
  })

  test('waits for a running switch to end', async () => {
    const id = await life.ask(small)
    await life.phase(id, 'load')
    await expect(life.graph.swaps.remove({ requestedBy: owner })).rejects.toMatchObject({ code: 'swap_running' })
    await life.outcome(id)
  })

  test('with nothing there is refused with a sentence', async () => {
    await expect(remove()).rejects.toMatchObject({ code: 'plan_blocked', facts: { why: expect.stringContaining('nothing to remove') } })
  })

  test('is found again by an appliance that died in the middle, and ends once', async () => {
    await serve(small)
    const asked = life.graph.swaps.remove({ requestedBy: owner })
    await life.clock.until(() => life.stores.swaps.live('default') !== null, 60_000)
    const { id } = await asked
    life = await life.rise()
    expect((await life.outcome(id)).state).toBe('succeeded')
    expect(answers()).toEqual([])
    expect(life.graph.events.recent(50).filter((event) => event.type === 'swap_complete' && event.payload['swap'] === id)).toHaveLength(1)
  })
})

describe('files held in memory', () => {
  const log = (id: string): string[] => life.graph.swaps.log(id, 0, 2000).map((line) => line.text)
  const muchMemory = { overrides: { 'gpu-memory-utilization': 0.85 } }

  test('are let go of before a start that a strict vLLM would refuse, where the owner allows it', async () => {
    await life.close()
    life = await startLife(demoNodes().map((node) => ({ ...node, mayDropCaches: true })))
    await serve(other)
    const id = await life.ask(small, muchMemory)
    await life.phase(id, 'start')
    expect(log(id)).toContain('(spark-1 let go of files it held in memory.)')
    expect(life.world.look('spark-1').memory.freeBytes).toBeGreaterThan(0.85 * life.world.look('spark-1').memory.totalBytes)
    expect((await life.outcome(id)).state).toBe('succeeded')
  })

  test('stay where nobody allowed it: that is said in the log, and the start goes on', async () => {
    await serve(other)
    const swap = await life.outcome(await life.ask(small, muchMemory))
    expect(swap.state).toBe('succeeded')
    expect(log(swap.id)).toContain(
      '(spark-1 does not let us free memory held by files; some images then find too little free. The set-up check of spark-1 shows the line that allows it.)',
    )
  })
})

describe('F12: memory that stays pinned', () => {
  test('with nothing left on the machine is told with its figures and the one thing that helps', async () => {
    await serve(other)
    life.world.setFault({ name: 'F12', node: 'spark-1', times: 1 })
    set('swap.memoryBackSeconds', 20)
    const swap = await life.outcome(await life.ask(small))
    expect(swap).toMatchObject({ state: 'failed', error: { code: 'memory_not_back', machine: 'spark-1', run: 'sudo reboot' } })
    expect(swap.error?.next).toMatch(
      /^No container is left on spark-1\. If no program of yours uses memory there, only a restart gives it back/,
    )
    await expect(life.ask(small)).rejects.toMatchObject({
      code: 'plan_blocked',
      facts: { unblock: expect.stringContaining('sudo reboot') },
    })
  })

  test('beside containers of others names them, and speaks of no restart', async () => {
    life.world.startForeign('spark-1', { name: 'comfyui', image: 'comfy', command: ['sleep', 'infinity'] })
    await serve(other)
    life.world.setFault({ name: 'F12', node: 'spark-1', times: 1 })
    set('swap.memoryBackSeconds', 20)
    const swap = await life.outcome(await life.ask(small))
    expect(swap).toMatchObject({ state: 'failed', error: { code: 'memory_not_back', run: null } })
    expect(swap.error?.next).toBe('Also running on spark-1: comfyui. Stop what you can do without, then switch again.')
    expect(containers('spark-1')).toEqual(['comfyui'])
  })
})

describe('a rank without a head', () => {
  const orphan = (node: string): void =>
    life.world.startForeign(node, { name: 'vllm_node', image: 'vllm-node', command: ['sleep', 'infinity'] })

  test('F1: beside a model that answers is named on Home and removed there alone', async () => {
    await serve(small)
    orphan('spark-2')
    await life.clock.advance(150_000)
    const row = life.graph.status.status().attention.find((one) => one.code === 'orphan_rank')
    expect(row).toEqual({
      code: 'orphan_rank',
      sentence: 'vllm_node on spark-2 is left over from an earlier start. It answers nobody and may hold memory.',
      link: `/engines/main/removal?machine=${idOf('spark-2')}`,
    })
    const removal = await remove({ machines: [idOf('spark-2')] })
    expect(removal).toMatchObject({ state: 'succeeded', removes: 'vllm_node on spark-2', previousModel: null })
    expect(containers('spark-2')).toEqual([])
    expect(answers()).toEqual([small])
    await life.clock.advance(30_000)
    expect(life.graph.status.engine()).toMatchObject({ state: 'answering', model: small })
    expect(life.graph.status.status().attention.filter((one) => one.code === 'orphan_rank')).toEqual([])
  })

  test('F11: left when the head of two died while serving, is named, and the next switch removes it', async () => {
    await serve(wide)
    expect(life.graph.status.status().attention).toEqual([])
    const session = life.world.run(
      { node: 'spark-1', tool: 'docker', argv: ['rm', '-f', 'vllm_node'], env: {}, cwd: '/home/spark' },
      { out: () => undefined, err: () => undefined, signal: new AbortController().signal },
    )
    await life.clock.advance(150_000)
    await session
    expect(life.graph.status.status().attention.map((one) => one.code)).toContain('orphan_rank')
    await serve(small)
    await serve(wide)
    expect(life.graph.status.status().attention.map((one) => one.code)).not.toContain('orphan_rank')
  })
})

describe('a cluster that starts by half', () => {
  test.each(['F5', 'F4', 'F26'] as const)('%s leaves no container on either Spark, and the old model answers again', async (fault) => {
    await serve(small)
    life.world.setFault({ name: fault, node: 'spark-2', times: 2 })
    const swap = await life.outcome(await life.ask(wide))
    if (swap.state === 'failed')
      expect(swap.error?.now).toMatch(/^(Qwen3 8B is answering again|Nothing was changed; Qwen3 8B is as it was)\.$/)
    else expect(fault).toBe('F26')
    expect(answers()).toEqual(swap.state === 'failed' ? [small] : [wide])
    if (swap.state === 'failed') expect(containers('spark-2')).toEqual([])
  })

  const leaveHalf = async (): Promise<void> => {
    await serve(small)
    set('swap.silenceMinutes', 1)
    const id = await life.ask(wide)
    await life.phase(id, 'load')
    life.world.freeze('spark-2', 100 * 60_000)
    const swap = await life.outcome(id)
    expect(swap).toMatchObject({ state: 'failed', restored: true, error: { code: 'machine_silent', machine: 'spark-2' } })
    expect(swap.error?.happened).toBe('spark-2 has not answered for 1 minute.')
    expect(containers('spark-2')).toEqual(['vllm_node'])
  }
  const removals = () => life.graph.swaps.recent(10).filter((swap) => swap.removes !== null)

  test('and whose second Spark goes silent is told as such, and what was left there is removed when it is back', async () => {
    await leaveHalf()
    await life.clock.advance(900_000)
    expect(answers()).toEqual([small])
    expect(containers('spark-2')).toEqual([])
    expect(removals()).toMatchObject([
      {
        state: 'succeeded',
        removes: 'vllm_node on spark-2',
        why: 'the switch to Qwen3 235B left it there when it ended',
        requestedBy: { kind: 'system', name: 'Spark Control' },
      },
    ])
    const told = life.stores.events.recent(200, ['swap_started', 'swap_complete']).filter(({ payload }) => payload['removes'] !== undefined)
    expect(told.map(({ type }) => type)).toEqual(['swap_complete', 'swap_started'])
    expect(life.graph.status.engine()).toMatchObject({ state: 'answering', model: small })
    expect(life.graph.status.status().attention).toEqual([])
  })

  test('and while somebody has the Sparks reserved, what was left is named and stays; then it is removed', async () => {
    await leaveHalf()
    life.graph.lock.take({ holder: 'Bob', reason: 'a benchmark', ttlSeconds: 1800 })
    await life.clock.advance(900_000)
    expect(containers('spark-2')).toEqual(['vllm_node'])
    expect(life.graph.status.status().attention).toEqual([
      {
        code: 'left_behind',
        sentence:
          'The switch to Qwen3 235B left vllm_node on spark-2 when it ended. It answers nobody and may hold memory. It is removed when Bob no longer has the Sparks reserved.',
        link: `/engines/main/removal?machine=${idOf('spark-2')}`,
      },
    ])
    expect(life.graph.lock.find().waiting).toEqual([])
    await life.clock.advance(1_000_000)
    expect(containers('spark-2')).toEqual([])
    expect(removals()).toHaveLength(1)
  })
})
