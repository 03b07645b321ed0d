// Every setting is in force at once, without a restart: what the running house does is watched before and after the change. A value
// that was copied somewhere would show here, which reading the setting back would not.
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type SettingKey, settings as table } from '../../server/contract/settings.ts'
import { type Life, other, owner, small, startLife, wordsOf } from '../fakes/appliance.ts'
import { createEdge } from '../fakes/edge.ts'
import { gatedLlama, qwen3Four } from '../sim/core/demo-hub.ts'

let life: Life
beforeEach(async () => {
  life = await startLife()
})
afterEach(() => life.close())

const { serve, set } = wordsOf(() => life)
const minute = 60_000
const planOf = async (model = other) => {
  const recipe = life.graph.recipes.list(model).recipes[0]
  if (recipe !== undefined && !recipe.confirmed) life.graph.recipes.confirm(recipe.id, 'owner')
  let plan: Awaited<ReturnType<typeof life.graph.plans.preview>> | undefined
  void life.graph.plans.preview({ model }).then((seen) => {
    plan = seen
  })
  await life.clock.until(() => plan !== undefined, minute)
  if (plan === undefined) throw new Error('no plan')
  return plan
}
const command = async (): Promise<string> => (await planOf()).starts?.argv.join(' ') ?? ''
/** How often `act` was called within so long, in virtual time. */
const countCalls = async (of: 'probe' | 'scan' | 'inspect', ms: number): Promise<number> => {
  const sparks = life.sparks as unknown as Record<string, (...given: unknown[]) => unknown>
  const own = sparks[of]
  let calls = 0
  sparks[of] = (...given) => {
    calls += 1
    return own?.(...given)
  }
  await life.clock.advance(ms)
  if (own !== undefined) sparks[of] = own
  return calls
}
const phaseMs = (id: string, phase: string): number => {
  const step = life.graph.swaps.find(id).steps.find((one) => one.phase === phase)
  return Date.parse(step?.endedAt ?? '') - Date.parse(step?.startedAt ?? '')
}
const answerOf = async (headers: Record<string, string>, path = '/v1/models', method = 'OPTIONS') =>
  life.app.request(path, { method, headers })

type Found = readonly (readonly [string, number | null])[]
const candidates = async (): Promise<Found> => {
  let found: Found | null = null
  void life.graph.services.candidates().then((all) => {
    found = all.map(({ kind, port }) => [kind, port])
  })
  await life.clock.until(() => found !== null, minute)
  return found ?? []
}
/** What is proposed once a service of that kind answers at that port, in a container whose name tells nothing. */
const foundAfter = async (kind: 'stt' | 'tts' | 'embed' | 'qdrant', port: number): Promise<Found> => {
  life.world.startService('spark-1', { name: 'box', kind, image: 'example/box', port, bytes: 1e9 })
  await life.clock.advance(2 * minute)
  return candidates()
}
const portProof = async (key: SettingKey, kind: 'stt' | 'tts' | 'embed' | 'qdrant'): Promise<void> => {
  expect(await foundAfter(kind, 9101)).not.toContainEqual([kind, 9101])
  set(key, 9101)
  expect(await candidates()).toContainEqual([kind, 9101])
}

/** What each setting changes in what the house does. */
const proofs: Partial<Readonly<Record<SettingKey, () => Promise<void>>>> = {
  'engine.containerName': async () => {
    expect(await command()).toContain('--name vllm_node')
    set('engine.containerName', 'other_node')
    expect(await command()).toContain('--name other_node')
  },
  'engine.image': async () => {
    const before = (await planOf(small)).starts?.argv.join(' ') ?? ''
    set('engine.image', 'registry.example/vllm:2')
    expect((await planOf(small)).starts?.argv.join(' ') ?? '').not.toBe(before)
  },
  'engine.port': async () => {
    const before = await command()
    set('engine.port', 8001)
    expect(await command()).toBe(before.replaceAll('8000', '8001'))
    expect(before).toContain('8000')
  },
  'swap.restorePrevious': async () => {
    await serve(small)
    const before = (await planOf()).wayBack
    set('swap.restorePrevious', false)
    expect((await planOf()).wayBack).not.toEqual(before)
  },
  'swap.startAfterReboot': async () => {
    await serve(small)
    set('swap.startAfterReboot', true)
    life.world.reboot('spark-1', minute)
    await life.clock.until(() => life.graph.swaps.current() !== null, 5 * minute)
    await life.outcome(life.graph.swaps.current()?.id ?? '')
  },
  'swap.measureSpeed': async () => {
    let measured = 0
    life.graph.events.subscribe(({ type }) => {
      if (type === 'speed_measured') measured += 1
    })
    set('swap.measureSpeed', false)
    await serve(small)
    await life.clock.advance(2 * minute)
    expect(measured).toBe(0)
    set('swap.measureSpeed', true)
    await serve(other)
    await life.clock.advance(2 * minute)
    expect(measured).toBeGreaterThan(0)
  },
  'swap.drainSeconds': async () => {
    await serve(small)
    set('swap.drainSeconds', 0)
    const body = new TextEncoder().encode(JSON.stringify({ model: small, stream: true, messages: [{ role: 'user', content: 'hi' }] }))
    const asking = { method: 'POST', path: '/v1/chat/completions', headers: { 'content-type': 'application/json' }, body }
    void life.graph.chat.pass({ ...asking, signal: new AbortController().signal })
    await life.clock.advance(10)
    expect(life.graph.chat.inFlight('main')).toBe(1)
    const at = await life.ask(other)
    await life.outcome(at)
    const short = phaseMs(at, 'make_room')
    set('swap.drainSeconds', 300)
    void life.graph.chat.pass({ ...asking, signal: new AbortController().signal })
    await life.clock.advance(10)
    const later = await life.ask(small)
    await life.outcome(later)
    expect(phaseMs(later, 'make_room') - short).toBeGreaterThan(200_000)
  },
  'swap.stallSeconds': async () => {
    life.world.setFault({ name: 'F10' })
    const id = await life.ask(small)
    await life.phase(id, 'load')
    await life.clock.advance(2 * minute)
    expect(life.graph.swaps.find(id).state).toBe('running')
    set('swap.stallSeconds', 60)
    expect(await life.outcome(id, 3 * minute)).toMatchObject({ error: { code: 'load_stalled' } })
  },
  'swap.silenceMinutes': async () => {
    const id = await life.ask(small)
    await life.phase(id, 'load')
    life.sparks.cut('spark-1', 'refused')
    await life.clock.advance(5 * minute)
    expect(life.graph.swaps.find(id).state).toBe('running')
    set('swap.silenceMinutes', 6)
    expect(await life.outcome(id, 20 * minute)).toMatchObject({ error: { code: 'machine_silent' } })
  },
  'swap.memoryBackSeconds': async () => {
    await serve(other)
    life.world.setFault({ name: 'F12', node: 'spark-1', times: 1 })
    set('swap.memoryBackSeconds', 240)
    const id = await life.ask(small)
    expect(await life.outcome(id)).toMatchObject({ error: { code: 'memory_not_back' } })
    expect(phaseMs(id, 'make_room')).toBeGreaterThan(240_000)
  },
  'swap.canarySeconds': async () => {
    life.world.setFault({ name: 'F13' })
    set('swap.canarySeconds', 10)
    const id = await life.ask(small)
    expect(await life.outcome(id)).toMatchObject({ error: { code: 'no_answer' } })
    expect(phaseMs(id, 'warm_up')).toBeLessThan(minute)
  },
  'memory.headroomGigabytes': async () => {
    const before = (await planOf()).memory[0]?.needBytes ?? 0
    set('memory.headroomGigabytes', 0)
    expect(before - ((await planOf()).memory[0]?.needBytes ?? 0)).toBe(8e9)
  },
  'machines.pollSeconds': async () => {
    const before = await countCalls('probe', 5 * minute)
    set('machines.pollSeconds', 50)
    expect(await countCalls('probe', 5 * minute)).toBeLessThan(before / 5)
  },
  'models.scanSeconds': async () => {
    const before = await countCalls('scan', 20 * minute)
    set('models.scanSeconds', 30)
    expect(await countCalls('scan', 20 * minute)).toBeGreaterThan(before * 5)
  },
  'machines.inspectMinutes': async () => {
    set('machines.inspectMinutes', 720)
    const before = await countCalls('inspect', 30 * minute)
    set('machines.inspectMinutes', 5)
    expect(await countCalls('inspect', 30 * minute)).toBeGreaterThan(before + 4)
  },
  'models.unusedDays': async () => {
    life.stores.models.markUsed(small, life.clock.now() - 3 * 24 * 60 * minute)
    await life.clock.advance(minute)
    const unused = () => life.graph.disks().unused.map(({ id }) => id)
    expect(unused()).not.toContain(small)
    set('models.unusedDays', 2)
    expect(unused()).toContain(small)
  },
  'services.speechPort': () => portProof('services.speechPort', 'stt'),
  'services.voicePort': () => portProof('services.voicePort', 'tts'),
  'services.embeddingPort': () => portProof('services.embeddingPort', 'embed'),
  'services.vectorPort': () => portProof('services.vectorPort', 'qdrant'),
  'services.notWanted': async () => {
    expect(await foundAfter('qdrant', 6333)).toContainEqual(['qdrant', 6333])
    set('services.notWanted', ['qdrant'])
    expect(await candidates()).not.toContainEqual(['qdrant', 6333])
  },
  'services.pollSeconds': async () => {
    await foundAfter('qdrant', 6333)
    const machine = life.graph.machines.list()[0]?.id ?? ''
    const { id } = await life.graph.services.add({ kind: 'qdrant', machine }, 'owner')
    const looks = async (): Promise<number> => {
      const seen = new Set<unknown>()
      for (let at = 0; at < 60; at += 1) {
        await life.clock.advance(5000)
        seen.add(life.graph.services.find(id).checkedAt)
      }
      return seen.size
    }
    const before = await looks()
    set('services.pollSeconds', 120)
    expect(await looks()).toBeLessThan(before / 3)
  },
  'storage.backupsKept': async () => {
    const first = await life.graph.storage.backUp()
    set('storage.backupsKept', 2)
    for (let at = 0; at < 2; at += 1) {
      await life.clock.advance(2000)
      await life.graph.storage.backUp()
    }
    expect(() => life.graph.storage.readBackup(first.name)).toThrow(/ENOENT/)
  },
  'downloads.hubToken': async () => {
    const verdict = async (): Promise<string | undefined> => {
      let seen: string | undefined
      void life.graph.downloads.check({ repo: gatedLlama.repo }).then(({ verdict }) => {
        seen = verdict
      })
      await life.clock.until(() => seen !== undefined, 5 * minute)
      return seen
    }
    expect(await verdict()).toBe('blocked')
    set('downloads.hubToken', 'hf_sampletoken')
    expect(await verdict()).not.toBe('blocked')
  },
  'downloads.stallSeconds': async () => {
    life.world.setFault({ name: 'F21', times: 1 })
    let id = ''
    void life.graph.downloads.start({ repo: qwen3Four.repo, requestedBy: owner }).then((download) => {
      id = download.id
    })
    await life.clock.until(() => id !== '', minute)
    const stalled = () => life.graph.downloads.find(id).stalled
    await life.clock.advance(minute)
    expect(stalled()).toBe(false)
    set('downloads.stallSeconds', 10)
    await life.clock.until(stalled, 30_000)
  },
  'schedule.timeZone': async () => {
    const zone = async (): Promise<string> => (await life.client['schedule.calendar']({ query: {} })).timeZone
    set('schedule.timeZone', 'Asia/Tokyo')
    expect(await zone()).toBe('Asia/Tokyo')
    set('schedule.timeZone', 'Europe/Berlin')
    expect(await zone()).toBe('Europe/Berlin')
  },
  'access.homeNetworks': async () => {
    const [before = 0, after] = await statusFrom('access.homeNetworks', ['203.0.113.0/24'], '203.0.113.9')
    expect([before >= 400, after]).toEqual([true, 200])
  },
  'access.trustedProxies': async () => {
    const forwarded = { 'x-forwarded-for': '192.168.1.77' }
    const [before, after] = await statusFrom('access.trustedProxies', ['192.168.1.20'], '192.168.1.20', forwarded)
    expect(before).not.toBe(after)
  },
  'access.hosts': async () => {
    const status = async () => (await answerOf({ host: 'sparks.example' }, '/api/status', 'GET')).status
    expect(await status()).toBe(421)
    set('access.hosts', ['sparks.example'])
    expect(await status()).toBe(200)
  },
  'access.corsOrigins': async () => {
    const allowed = async () =>
      (await answerOf({ origin: 'https://app.example', 'access-control-request-method': 'GET' })).headers.get('access-control-allow-origin')
    expect(await allowed()).toBeNull()
    set('access.corsOrigins', ['https://app.example'])
    expect(await allowed()).toBe('https://app.example')
  },
  'webhooks.allowPublic': async () => {
    const add = life.graph.webhooks.add({ url: 'http://192.0.2.9:9000/hook', description: '', events: 'all' }, 'owner')
    await life.clock.advance(1000)
    await add
    const { sent } = life.webhookSender
    const sentBy = async (): Promise<boolean | undefined> => {
      life.stores.events.append('machine_back', life.clock.now(), { machine: 'm1', name: 'spark-1' })
      await life.clock.advance(minute)
      return sent.at(-1)?.rules.allowPublic
    }
    expect(await sentBy()).toBe(false)
    set('webhooks.allowPublic', true)
    expect(await sentBy()).toBe(true)
  },
}

/** Who asks from where, at the real edge. */
const statusFrom = async (key: SettingKey, value: unknown, address: string, headers: Record<string, string> = {}): Promise<number[]> => {
  const { app, useCases } = createEdge({ loopback: false })
  const ask = async () => (await app.request('/api/status', { headers }, { incoming: { socket: { remoteAddress: address } } })).status
  const before = await ask()
  useCases.settings.change(key, value, undefined, 'owner')
  return [before, await ask()]
}

/** Where a change by a running house is watched by a test of its own. */
const elsewhere: Partial<Readonly<Record<SettingKey, string>>> = {
  'access.policy': 'tests/http/rights.test.ts',
}

test.each(Object.keys(table) as SettingKey[])('%s counts from the moment it is changed', async (key) => {
  const file = elsewhere[key]
  if (file !== undefined) return expect(readFileSync(file, 'utf8')).toContain(key.split('.')[1])
  const proof = proofs[key]
  if (proof === undefined) throw new Error(`say in this file how a change of ${key} shows in what the running house does`)
  await proof()
})

test('who changed it is told', () => {
  life.graph.settings.change('swap.drainSeconds', 5, undefined, owner.name)
  expect(life.graph.settings.list().find(({ key }) => key === 'swap.drainSeconds')?.setBy).toBe('owner')
})
