import { describe, expect, test } from 'vitest'
import { createFakeClock, type FakeClock } from '../fakes/clock.ts'
import { gptOss, qwen3Large, qwen3Small } from './core/demo-models.ts'
import { demoNodes } from './core/demo-world.ts'
import type { SimNodeOptions, World } from './core/types.ts'
import { createWorld } from './core/world.ts'
import { type Session, type } from './terminal.ts'

const hex64 = /^[0-9a-f]{64}$/
const small = ['vllm', 'serve', qwen3Small.repo, '--port', '8000']
const large = ['vllm', 'serve', qwen3Large.repo, '--port', '8000', '-tp', '2', '--gpu-memory-utilization', '0.8']
const fabric = ['-n', '192.168.177.11,192.168.177.12']

interface Bench {
  readonly clock: FakeClock
  readonly world: World
  /** Runs a tool to its end. */
  run(node: string, tool: string, ...argv: readonly string[]): Promise<Session>
}

function bench(seed = 7, change: (node: SimNodeOptions) => SimNodeOptions = (node) => node): Bench {
  const clock = createFakeClock()
  const world = createWorld({ clock, seed, timeScale: 1, nodes: demoNodes().map(change) })
  return {
    clock,
    world,
    async run(node, tool, ...argv) {
      const session = type(world, node, tool, ...argv)
      await clock.until(() => session.code !== null)
      return session
    },
  }
}

const linesOf = (session: Session): readonly string[] => session.out.split('\n').slice(0, -1)
const logOf = (world: World, node = 'spark-1', name = 'vllm_node'): string =>
  world.look(node).containers.find((one) => one.name === name)?.log ?? ''

describe('a solo start', () => {
  test('prints the lines of the launcher in their order and ends with 0', async () => {
    const { run } = bench()
    const session = await run('spark-1', 'launch-cluster.sh', '--solo', '-d', 'exec', ...small)
    const lines = linesOf(session)
    expect(lines.toSpliced(7, 1)).toEqual([
      'Solo mode enabled. Skipping node detection.',
      'Head Node: 127.0.0.1',
      'Worker Nodes: ',
      'Container Name: vllm_node',
      'Image Name: vllm-node',
      'Action: exec',
      'Starting Head Node on 127.0.0.1...',
      'Executing command: vllm serve Qwen/Qwen3-8B --port 8000 ',
      'Command dispatched in background (Daemon mode). Container: vllm_node',
    ])
    expect(lines[7]).toMatch(hex64)
    expect(session.code).toBe(0)
    expect(session.err).toBe('')
  })

  test('opens the port only when everything is loaded, and takes the memory as it loads', async () => {
    const { run, world, clock } = bench()
    const before = world.look('spark-1').memory.availableBytes
    await run('spark-1', 'launch-cluster.sh', '--solo', '-d', 'exec', ...small)
    await clock.until(() => logOf(world).includes('100% Completed | 4/4'))
    expect(world.serving()).toEqual([])
    const during = world.look('spark-1').memory.availableBytes
    expect(before - during).toBeGreaterThan(qwen3Small.weightsBytes)
    await clock.until(() => world.serving().length > 0)
    expect(logOf(world)).toContain('INFO:     Application startup complete.\n')
    expect(world.serving()).toMatchObject([
      { node: 'spark-1', address: '127.0.1.1', port: 8000, model: 'Qwen/Qwen3-8B', maxModelLen: 40960, wedged: false },
    ])
    expect(world.look('spark-1').memory.availableBytes).toBeLessThan(during)
    expect(logOf(world)).toContain('shards:  50% Completed | 2/4')
    expect(logOf(world)).toContain('\r')
  })

  test('carries quotes after exec to vLLM in the new era and loses them in the first', async () => {
    const words = [...small, '--speculative-config', '{"method":"mtp"}']
    const now = bench()
    await now.run('spark-1', 'launch-cluster.sh', '--solo', '-d', 'exec', ...words)
    await now.clock.until(() => now.world.serving().length > 0)
    const old = bench(7, (node) => ({ ...node, era: 'E1' }))
    const session = type(old.world, 'spark-1', 'launch-cluster.sh', '-n', '192.168.177.11', 'exec', ...words)
    await old.clock.until(() => session.code !== null)
    expect(session.text).toContain('argument --speculative-config: Value {method:mtp} cannot be converted')
    expect(session.code).toBe(2)
  })

  test('with the whole command in one word is not a vllm serve, and only the log of the container says so', async () => {
    const { run, world } = bench()
    const session = await run('spark-1', 'launch-cluster.sh', '--solo', '-d', 'exec', small.join(' '))
    expect(session.code).toBe(0)
    expect(logOf(world)).toBe('bash: line 1: vllm serve Qwen/Qwen3-8B --port 8000: command not found\n')
  })

  test('in the foreground streams the log, and a hang-up stops the container', async () => {
    const { world, clock } = bench()
    const session = type(world, 'spark-1', 'launch-cluster.sh', '--solo', 'exec', ...small)
    await clock.until(() => world.serving().length > 0)
    expect(session.text).toContain('Application startup complete.')
    session.hangUp()
    await clock.until(() => session.code !== null)
    expect(session.text).toMatch(/Stopping cluster\.\.\.\nStopping head node \(127\.0\.0\.1\)\.\.\.\nCluster stopped\.\n$/)
    expect(world.look('spark-1').containers).toEqual([])
  })
})

describe('a start on two nodes', () => {
  test('prints the lines of the launcher in their order and serves from the head alone', async () => {
    const { run, world, clock } = bench()
    const session = await run('spark-1', 'launch-cluster.sh', ...fabric, '-d', 'exec', ...large)
    const lines = linesOf(session).map((line) => line.replace(/[0-9a-f]{64}/, '<hex>'))
    const command = `vllm serve ${qwen3Large.repo} --port 8000 -tp 2 --gpu-memory-utilization 0.8`
    expect(lines).toEqual([
      'Auto-detecting interfaces...',
      '  Non-mesh mode: 2 CX7 interfaces active.',
      '  Detected IB_IF: rocep1s0f1,roceP2p1s0f1',
      '  Detected ETH_IF: enp1s0f1np1',
      '  Detected Local IP: 192.168.177.11 (192.168.177.0/24)',
      'Head Node: 192.168.177.11',
      'Worker Nodes: 192.168.177.12',
      'Container Name: vllm_node',
      'Image Name: vllm-node',
      'Action: exec',
      'Checking SSH connectivity to worker nodes...',
      '  SSH to 192.168.177.12: OK',
      'Verifying Docker image consistency across cluster nodes...',
      '  [HEAD] 192.168.177.11: sha256:<hex>',
      '  [WORKER] 192.168.177.12: sha256:<hex> (match)',
      'Docker image consistency check passed.',
      'Starting Head Node on 192.168.177.11...',
      '<hex>',
      'Starting Worker Node on 192.168.177.12...',
      '<hex>',
      `Executing command: ${command} `,
      'Launching worker (rank 1) on 192.168.177.12...',
      `Executing command on head node (rank 0): ${command} --nnodes 2 --node-rank 0 --master-addr 192.168.177.11 --master-port 29501 `,
      'Command dispatched in background (Daemon mode). Container: vllm_node',
    ])
    await clock.until(() => world.serving().length > 0)
    expect(world.serving()[0]?.since).toBeGreaterThan(clock.now() - 1_000)
    await clock.advance(120_000)
    expect(world.serving().map((one) => one.node)).toEqual(['spark-1'])
    expect(world.look('spark-2').containers[0]?.serving).toContain('--node-rank 1')
    expect(world.look('spark-2').memory.availableBytes).toBeLessThan(40e9)
  })

  test('uses fewer nodes when the command needs fewer, and refuses when it needs more', async () => {
    const { run, world } = bench()
    const one = await run('spark-1', 'launch-cluster.sh', ...fabric, '-d', 'exec', ...small, '-tp', '1')
    expect(one.out).toContain('Note: Command requires 1 node(s)')
    expect(world.look('spark-2').containers).toEqual([])
    const four = await run('spark-1', 'launch-cluster.sh', ...fabric, '--name', 'b', '-d', 'exec', ...small, '-tp=4')
    expect(four.out).toContain('Error: Command requires 4 nodes (tp=4 * pp=1 * dp=1) but only 2 node(s) are configured.')
    expect(four.code).toBe(1)
  })

  test('with Ray runs the command on the head alone and adds the executor', async () => {
    const { run, world, clock } = bench()
    const session = await run('spark-1', 'launch-cluster.sh', ...fabric, '--ray', '-d', 'exec', ...large)
    expect(session.err).toBe('Adding --distributed-executor-backend ray for Ray mode.\n')
    expect(session.out).toContain(
      'Starting Ray HEAD node on 192.168.177.11...\nStarting Ray WORKER node on 192.168.177.12...\nWaiting for cluster to be ready...\nCluster head is responsive.\n',
    )
    expect(session.out).not.toContain('Launching worker')
    await clock.until(() => world.serving().length > 0)
    expect(world.look('spark-2').containers[0]?.serving).toBeNull()
    expect(world.look('spark-2').memory.availableBytes).toBeLessThan(40e9)
  })

  test('is refused when the list of nodes lacks the address the launcher calls local', async () => {
    const { run } = bench()
    const session = await run('spark-1', 'launch-cluster.sh', '-n', '127.0.1.1,127.0.1.2', '-d', 'exec', ...large)
    expect(session.out).toContain('Error: Local IP (192.168.177.11) is not in the list of nodes (127.0.1.1,127.0.1.2).')
    expect(session.code).toBe(1)
  })
})

describe('the launcher', () => {
  test('names in its help the flags of its era and ends with 1', async () => {
    const help = async (era: 'E1' | 'E2' | 'E3'): Promise<string> => {
      const session = await bench(7, (node) => ({ ...node, era })).run('spark-1', 'launch-cluster.sh', '--help')
      expect(session.code).toBe(1)
      return session.text
    }
    const [first, second, third] = [await help('E1'), await help('E2'), await help('E3')]
    expect([first.includes('--solo'), second.includes('--solo'), third.includes('--solo')]).toEqual([false, true, true])
    expect([first.includes('--no-ray'), second.includes('--no-ray'), third.includes('[--ray|--no-ray]')]).toEqual([false, true, true])
    expect([second.includes('--earlyoom'), third.includes('--earlyoom')]).toEqual([false, true])
  })

  test('skips the launch when the name runs already, and runs the command in the old container', async () => {
    const { run, world, clock } = bench()
    await run('spark-1', 'launch-cluster.sh', '--solo', '-d', 'exec', ...small)
    await clock.until(() => world.serving().length > 0)
    const session = await run(
      'spark-1',
      'launch-cluster.sh',
      '--solo',
      '-d',
      'exec',
      'vllm',
      'serve',
      gptOss.repo,
      '--gpu-memory-utilization',
      '0.01',
    )
    expect(session.out).toContain(
      "Warning: Container 'vllm_node' is already running on head node (127.0.0.1).\nCluster containers are already running. Skipping launch.\nExecuting command: ",
    )
    expect(session.code).toBe(0)
    expect(world.look('spark-1').containers).toHaveLength(1)
    await clock.until(() => logOf(world).includes('Failed core proc(s)'))
    expect(logOf(world)).toContain("[Errno 98] Address already in use: ('0.0.0.0', 8000)")
    expect(world.serving().map((one) => one.model)).toEqual([qwen3Small.repo])
  })

  test('says success in solo mode although docker refused everything', async () => {
    const { run, world } = bench(7, (node) => ({ ...node, dockerGroup: false }))
    const session = await run('spark-1', 'launch-cluster.sh', '--solo', '-d', 'exec', ...small)
    expect(session.err).toContain('permission denied while trying to connect to the Docker daemon socket')
    expect(session.out).toMatch(/Command dispatched in background \(Daemon mode\)\. Container: vllm_node\n$/)
    expect(session.code).toBe(0)
    expect(world.look('spark-1').containers).toEqual([])
  })

  test('takes ten seconds a node to stop, one after another, and memory comes back', async () => {
    const { run, world, clock } = bench()
    const idle = world.look('spark-1').memory.availableBytes
    await run('spark-1', 'launch-cluster.sh', ...fabric, '-d', 'exec', ...large)
    await clock.until(() => world.serving().length > 0)
    const at = clock.now()
    const stopping = type(world, 'spark-1', 'launch-cluster.sh', ...fabric, 'stop')
    await clock.advance(9_000)
    expect(world.serving()).toHaveLength(1)
    await clock.advance(2_000)
    expect(world.look('spark-1').containers).toEqual([])
    expect(world.look('spark-2').containers).toHaveLength(1)
    await clock.until(() => stopping.code !== null)
    expect(clock.now() - at).toBeGreaterThanOrEqual(20_000)
    expect(stopping.out).toMatch(
      /\n\nStopping cluster\.\.\.\nStopping head node \(192\.168\.177\.11\)\.\.\.\nStopping worker node \(192\.168\.177\.12\)\.\.\.\nCluster stopped\.\n$/,
    )
    await clock.advance(5_000)
    expect([world.look('spark-1'), world.look('spark-2')].map((one) => [one.containers.length, one.memory.availableBytes])).toEqual([
      [0, idle],
      [0, idle],
    ])
  })

  test('stops a name that does not run with the same words and 0', async () => {
    const { run } = bench()
    const session = await run('spark-1', 'launch-cluster.sh', '--solo', '--name', 'nothing', 'stop')
    expect(session.out).toMatch(/Cluster stopped\.\n$/)
    expect(session.code).toBe(0)
  })

  test('without cables and without .env knows only solo mode', async () => {
    const { run } = bench(7, (node) => ({ ...node, links: 0 }))
    const session = await run('spark-1', 'launch-cluster.sh', 'stop')
    expect(session.out).toContain('Error: No active IB interfaces found.')
    expect(session.code).toBe(1)
  })

  test('takes a longer name for the shorter one in status', async () => {
    const { run, world } = bench()
    world.startForeign('spark-1', { name: 'vllm_node_2', image: 'vllm-node', command: ['sleep', 'infinity'] })
    const session = await run('spark-1', 'launch-cluster.sh', '--solo', 'status')
    expect(session.out).toContain("Checking status...\n[HEAD] 127.0.0.1: Container 'vllm_node' is RUNNING.\n")
  })

  test('shows secrets in --check-config', async () => {
    const { run } = bench()
    const session = await run('spark-1', 'launch-cluster.sh', '--solo', '-e', 'HF_TOKEN=hf_x', '--check-config')
    expect(session.out).toContain('-e HF_TOKEN=hf_x')
    expect(session.out).toMatch(/Configuration Check Complete\.\n$/)
  })
})

describe('the world', () => {
  test('writes the same log for the same seed and another one for another', async () => {
    const story = async (seed: number): Promise<string> => {
      const { run, world, clock } = bench(seed)
      await run('spark-1', 'launch-cluster.sh', '--solo', '-d', 'exec', ...small)
      await clock.until(() => world.serving().length > 0)
      return `${logOf(world)}${JSON.stringify(world.proc('spark-1'))}${clock.now()}`
    }
    const first = await story(3)
    expect(await story(3)).toBe(first)
    expect(await story(4)).not.toBe(first)
  })

  test('records every argv, one word an element', async () => {
    const { run, world } = bench()
    await run('spark-1', 'launch-cluster.sh', '--solo', '-d', 'exec', ...small, '--x={"a": 1}')
    expect(world.argvLog).toMatchObject([
      { node: 'spark-1', tool: 'launch-cluster.sh', argv: ['--solo', '-d', 'exec', ...small, '--x={"a": 1}'] },
    ])
  })

  test('loses containers and keeps models over a restart, with a new boot id', async () => {
    const { run, world, clock } = bench()
    await run('spark-1', 'launch-cluster.sh', '--solo', '-d', 'exec', ...small)
    await clock.until(() => world.serving().length > 0)
    const before = world.look('spark-1')
    world.reboot('spark-1', 60_000)
    expect([world.reach('spark-1'), world.serving()]).toEqual(['down', []])
    await clock.advance(61_000)
    const after = world.look('spark-1')
    expect(world.reach('spark-1')).toBe('up')
    expect(after.bootId).not.toBe(before.bootId)
    expect(after.uptimeSeconds).toBeLessThan(5)
    expect([after.containers, after.models]).toEqual([[], before.models])
  })

  test('refuses a model that is not whole, in the log alone', async () => {
    const { run, world, clock } = bench()
    await run('spark-1', 'launch-cluster.sh', '--solo', '-d', 'exec', 'vllm', 'serve', 'Qwen/Qwen3-32B')
    await clock.until(() => logOf(world).includes('Failed core proc(s)'))
    expect(logOf(world)).toContain('FileNotFoundError')
    expect(world.look('spark-1').containers).toMatchObject([{ state: 'running', serving: null }])
    expect(world.serving()).toEqual([])
  })
})
